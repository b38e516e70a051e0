package appointments

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// importAction is the event of a visit that comes from another system. A past one has no other.
const importAction = "import"

// CheckImported checks a visit of another system. A past visit, and a cancelled one, only says what was: it is
// completed unless a status is given, needs no schedule, and may be of people who have left. A future visit is booked
// like any other. beside are visits of earlier lines of the file. It returns what is wrong.
func CheckImported(app core.App, a Appointment, patientName string, beside []Appointment) ([]kit.Problem, error) {
	past := a.Starts().Before(kit.Now(app))
	if a.Status() == "" {
		a.setStatus(Approved)
		if past {
			a.setStatus(Completed)
		}
	}
	if a.Ends().IsZero() && !a.Starts().IsZero() {
		a.setEnds(a.Starts().Add(defaultVisit))
	}
	if a.Status() != Approved {
		return kit.CheckNew(app, a.Record, func() error { return checkLength(app, a, kit.Importer) },
			func() error { return a.closeImported(past, patientName) })
	}
	return kit.CheckNew(app, a.Record, func() error { return runChecks(app, a, kit.Importer, allChecks...) },
		func() error { return checkBeside(a, beside) })
}

// closeImported completes or cancels a visit that comes from another system.
func (a Appointment) closeImported(past bool, patientName string) error {
	a.setPatientName(patientName)
	a.setSchedule(1, a.Room())
	a.setVersion(1)
	switch {
	case a.Status() == Pending:
		return kit.Invalid("status", "invalid_transition", "A request cannot be imported. Import it as approved or cancelled.")
	case a.Status() == Completed && !past:
		return kit.Conflict("status", "too_early", "A visit cannot be completed before it starts.")
	case a.Status() == Completed && a.cancelCode() != "":
		return kit.Invalid("cancel_code", "not_cancelled", "Set a reason only when you cancel the appointment.")
	case a.Status() == Completed:
		a.setCompletedAt(a.Ends())
		return nil
	}
	if a.cancelCode() == "" {
		a.setCancelCode(ByHospital)
	}
	if past {
		a.setCancelledAt(a.Starts())
	}
	return nil
}

// checkBeside refuses a visit that overlaps those of earlier lines.
func checkBeside(a Appointment, beside []Appointment) error {
	var doctor []scheduling.Interval
	for _, b := range beside {
		if !a.Starts().Before(b.Ends()) || !b.Starts().Before(a.Ends()) {
			continue
		}
		if b.Patient() == a.Patient() {
			return errPatientBusy
		}
		if b.Doctor() == a.Doctor() {
			doctor = append(doctor, scheduling.Interval{Starts: b.Starts(), Ends: b.Ends()})
		}
	}
	if !a.Overbook() && scheduling.MaxConcurrent(doctor, a.Starts(), a.Ends()) >= a.capacity() {
		return errSlotTaken
	}
	return nil
}

// InsertImported writes visits that CheckImported has checked, each with its event. Active ones are booked with all
// hooks, so that the care team and the reminders follow; past ones are written many in a statement.
func InsertImported(tx core.App, visits []Appointment) error {
	var closed []Appointment
	for _, a := range visits {
		if !a.Active() {
			closed = append(closed, a)
			continue
		}
		if err := tx.Save(kit.SetActor(kit.Importer, a.Record)); err != nil {
			return fmt.Errorf("visit of %s: %w", kit.FormatInstant(a.Starts()), err)
		}
	}
	if len(closed) == 0 {
		return nil
	}
	first, _, err := hospital.NextNumbers(tx, "appointments", len(closed), "SELECT ''")
	if err != nil {
		return err
	}
	rows, events := make([]*core.Record, len(closed)), make([]*core.Record, len(closed))
	for i, a := range closed {
		a.setNumber(fmt.Sprintf("A-%06d", first+int64(i)))
		rows[i] = a.Record
	}
	if err := kit.InsertRecords(tx, rows...); err != nil {
		return err
	}
	for i, a := range closed {
		e, err := newEvent(tx, a, importAction, "", a.Status(), "")
		if err != nil {
			return err
		}
		events[i] = e.Record
	}
	return kit.InsertRecords(tx, events...)
}
