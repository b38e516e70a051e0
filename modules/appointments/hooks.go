package appointments

import (
	"errors"
	"fmt"
	"slices"
	"time"

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

	// WasRequested is that a patient asked for a time that the hospital has to approve; WasApproved that it approved
	// one, or booked a visit itself.
	WasRequested = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before == nil && Appointment{after}.Status() == Pending
	}}
	// Nobody is told of imported visits.
	WasApproved = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return Appointment{after}.Status() == Approved &&
			(before == nil && !kit.IsImport(after) || before != nil && Appointment{before}.Status() == Pending)
	}}
	// WasRejected is that the hospital does not approve a request, and says why.
	WasRejected = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return cancelledFor(before, after, Rejected)
	}}

	// MovedByHospital and CancelledByHospital are changes that the patient did not make;
	// MovedByPatient and CancelledByPatient those that the doctor did not make. A patient may also have called.
	MovedByHospital = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return movedActive(before, after) && kit.ActorOf(after).Role != role.Patient
	}}
	MovedByPatient = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return movedActive(before, after) && kit.ActorOf(after).Role == role.Patient
	}}
	CancelledByHospital = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return cancelledFor(before, after, ByHospital, Duplicate, Expired)
	}}
	CancelledByPatient = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return cancelledFor(before, after, ByPatient)
	}}
)

func movedActive(before, after *core.Record) bool {
	return before != nil && Appointment{after}.Active() && Appointment{after}.moved(Appointment{before})
}

func cancelledFor(before, after *core.Record, reasons ...CancelCode) bool {
	return before != nil && Appointment{before}.Active() && Appointment{after}.Status() == Cancelled &&
		slices.Contains(reasons, Appointment{after}.cancelCode())
}

func hooks(app core.App) {
	kit.OnCreate(app, "appointments", createAppointment)
	kit.OnRefusal(app, "appointments", suggestSlots)
	app.Cron().MustAdd("hospitalExpire", "* * * * *", func() {
		if err := Expire(app); err != nil {
			app.Logger().Error("expire unapproved appointments", "error", err)
		}
	})
}

// Expire cancels pending appointments whose start has passed, and those that were not
// approved within the hours of the hospital's settings. It runs every minute.
func Expire(app core.App) error {
	settings, err := hospital.Of(app)
	if err != nil {
		return err
	}
	now := kit.Now(app)
	overdue, err := app.FindRecordsByFilter("appointments",
		`status = {:pending} && (starts <= {:now} || requested_at != "" && requested_at <= {:since})`, "starts", 500, 0,
		dbx.Params{"pending": string(Pending), "now": kit.FormatInstant(now),
			"since": kit.FormatInstant(waitsSince(settings, now))})
	if err != nil {
		return err
	}
	var failed []error
	for _, r := range overdue {
		Appointment{r}.expire()
		failed = append(failed, app.Save(r))
	}
	return errors.Join(failed...)
}

// waitsSince is when the oldest request was made that has not expired yet; the zero time
// if requests wait until their start.
func waitsSince(settings hospital.Settings, now time.Time) time.Time {
	if settings.RequestExpiry() == 0 {
		return time.Time{}
	}
	return now.Add(-settings.RequestExpiry())
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
		a.setRequestedAt(kit.Now(e.App))
	} else {
		a.setApproved(actor.ID, kit.Now(e.App))
	}
	if err := runChecks(e.App, a, actor, append([]check{checkOpenVisits}, allChecks...)...); err != nil {
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
	action := "book"
	if kit.IsImport(e.Record) {
		action = importAction
	}
	return writeEvent(kit.Change{
		App: e.App, Actor: actor, Action: action, Before: core.NewRecord(a.Collection()), After: a.Record,
	})
}
