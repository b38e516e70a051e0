package appointments

import (
	"errors"
	"fmt"
	"slices"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// Events that other modules react to.
var (
	WasCompleted = kit.Entering("appointments", "status", string(Completed))
	WasCancelled = kit.Entering("appointments", "status", string(Cancelled))
	WasStarted   = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before != nil && !Appointment{before}.Started() && Appointment{after}.Started()
	}}

	// ApprovalEnded is that an approved visit does not take place at its time: it was cancelled or
	// moved. TimeApproved is that a visit was approved for a time, also when it was moved.
	ApprovalEnded = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before != nil && Appointment{before}.Status() == Approved &&
			(Appointment{after}.Status() == Cancelled || Appointment{after}.moved(Appointment{before}))
	}}
	TimeApproved = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return Appointment{after}.Status() == Approved && (before == nil ||
			Appointment{before}.Status() != Approved || Appointment{after}.moved(Appointment{before}))
	}}

	// MovedByHospital and CancelledByHospital are changes that the patient did not make and
	// is notified of.
	MovedByHospital = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before != nil && kit.ActorOf(after).Role != role.Patient &&
			Appointment{after}.Active() && Appointment{after}.moved(Appointment{before})
	}}
	CancelledByHospital = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before != nil && Appointment{before}.Active() && Appointment{after}.Status() == Cancelled &&
			!slices.Contains([]CancelCode{ByPatient, NoShow}, Appointment{after}.cancelCode())
	}}
)

func hooks(app core.App) {
	kit.OnCreate(app, "appointments", createAppointment)
	kit.OnRefusal(app, "appointments", suggestSlots)
	app.Cron().MustAdd("hospitalExpire", "* * * * *", func() {
		if err := Expire(app); err != nil {
			app.Logger().Error("expire unapproved appointments", "error", err)
		}
	})
}

// Expire cancels pending appointments whose start has passed. It runs every minute.
func Expire(app core.App) error {
	overdue, err := app.FindRecordsByFilter("appointments", "status = {:pending} && starts <= {:now}", "starts", 500, 0,
		dbx.Params{"pending": string(Pending), "now": kit.FormatInstant(kit.Now(app))})
	if err != nil {
		return err
	}
	var failed []error
	for _, r := range overdue {
		a := Appointment{r}
		a.setStatus(Cancelled)
		a.setCancelCode(Expired)
		failed = append(failed, app.Save(r))
	}
	return errors.Join(failed...)
}

// createAppointment books an appointment: pending when a patient books, approved when staff
// do.
func createAppointment(e *core.RecordEvent) error {
	a, actor := Appointment{e.Record}, kit.ActorOf(e.Record)
	if a.Ends().IsZero() && !a.Starts().IsZero() {
		ends, err := defaultEnd(e.App, a)
		if err != nil {
			return err
		}
		a.setEnds(ends)
	}
	a.setStatus(Approved)
	if actor.Role == role.Patient {
		a.setStatus(Pending)
	} else {
		a.setApproved(actor.ID, kit.Now(e.App))
	}
	if err := runChecks(e.App, a, actor, allChecks...); err != nil {
		return err
	}
	n, err := hospital.NextNumber(e.App, "appointments")
	if err != nil {
		return err
	}
	a.setNumber(fmt.Sprintf("A-%06d", n))
	a.setRequestedBy(actor.ID)
	a.setVersion(1)
	if err := e.Next(); err != nil {
		return err
	}
	return writeEvent(kit.Change{
		App: e.App, Actor: actor, Action: "book", Before: core.NewRecord(a.Collection()), After: a.Record,
	})
}
