package appointments

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// What other modules react to.
var (
	WasApproved  = kit.Entering("appointments", "status", string(Approved))
	WasCompleted = kit.Entering("appointments", "status", string(Completed))
	WasCancelled = kit.Entering("appointments", "status", string(Cancelled))
	WasStarted   = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before != nil && !Appointment{before}.Started() && Appointment{after}.Started()
	}}

	// HospitalMoved and HospitalCancelled are what patients do not know yet: that
	// somebody else gave their visit another time, or took it from them.
	HospitalMoved = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before != nil && kit.ActorOf(after).Role != role.Patient && Appointment{after}.Active() && Appointment{after}.moved(Appointment{before})
	}}
	HospitalCancelled = kit.Event{Collection: "appointments", Happened: func(before, after *core.Record) bool {
		return before != nil && Appointment{before}.Active() && Appointment{after}.Status() == Cancelled &&
			!slices.Contains([]CancelCode{ByPatient, NoShow}, Appointment{after}.cancelCode())
	}}
)

func hooks(app core.App) {
	kit.OnCreate(app, "appointments", book)
	kit.OnUpdate(app, "appointments", change)
	kit.OnRefusal(app, "appointments", offering)
	app.Cron().MustAdd("hospitalExpire", "* * * * *", func() {
		if err := Expire(app); err != nil {
			app.Logger().Error("expire appointments that nobody approved", "error", err)
		}
	})
}

// Expire cancels the requests whose time has come without an approval, so that
// they hold no slot and nobody waits for an answer.
func Expire(app core.App) error {
	waiting, err := app.FindRecordsByFilter("appointments", "status = {:pending} && starts <= {:now}", "starts", 500, 0,
		dbx.Params{"pending": string(Pending), "now": kit.FormatInstant(kit.Now(app))})
	if err != nil {
		return err
	}
	var failed []error
	for _, r := range waiting {
		a := Appointment{r}
		a.setStatus(Cancelled)
		a.setCancelCode(Expired)
		failed = append(failed, app.Save(r))
	}
	return errors.Join(failed...)
}

// book is the law for a new appointment: a patient's waits for approval, one that
// staff makes is approved at once.
func book(e *core.RecordEvent) error {
	a, actor, now := Appointment{e.Record}, kit.ActorOf(e.Record), kit.Now(e.App)
	if a.Ends().IsZero() && !a.Starts().IsZero() {
		ends, err := usualEnd(e.App, a)
		if err != nil {
			return err
		}
		a.setEnds(ends)
	}
	a.setStatus(Approved)
	if actor.Role == role.Patient {
		a.setStatus(Pending)
	} else {
		a.stamp("approved", actor.ID, now)
	}
	if err := try(e.App, a, actor, everything...); err != nil {
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
		return readable(err)
	}
	return record(e.App, "book", Appointment{core.NewRecord(a.Collection())}, a, actor)
}

// change is the law for what happens to it later: the state table decides, and
// an event is written.
func change(e *core.RecordEvent, stored *core.Record) error {
	before, after, actor := Appointment{stored}, Appointment{e.Record}, kit.ActorOf(e.Record)
	if err := kit.CheckVersion(before.Record, after.Record, "this appointment"); err != nil {
		return err
	}
	if !kit.Changed(stored, e.Record) || !slices.Contains(statuses, after.Status()) {
		return e.Next() // which refuses an unknown status
	}
	if err := settle(e.App, before, after, actor); err != nil {
		return err
	}
	did, err := action(before, after)
	if err != nil {
		return err
	}
	if err := states.Check(did, "an appointment", kit.Move{App: e.App, Actor: actor, Before: stored, After: e.Record}); err != nil {
		return err
	}
	effect(e.App, did, after, actor)
	if did == "reschedule" {
		if err := plainly(e.App, before, after, actor); err != nil {
			return err
		}
	}
	if err := try(e.App, after, actor, rechecks(did, before, after)...); err != nil {
		return err
	}
	after.setVersion(before.Version() + 1)
	if err := e.Next(); err != nil {
		return readable(err)
	}
	return record(e.App, did, before, after, actor)
}

// plainly ends the overbooking of a visit that is moved to where it needs none. A
// patient's move is never one: it was allowed for another time.
func plainly(tx core.App, before, after Appointment, actor kit.Actor) error {
	if !before.Overbook() || !after.Overbook() {
		return nil
	}
	after.setOverbook(false)
	if actor.Role == role.Patient {
		return nil
	}
	for _, check := range everything {
		if err := check(tx, after, actor); err != nil {
			after.setOverbook(true)
			return nil //nolint:nilerr // the visit stays overbooked; another check refuses it if anything is wrong
		}
	}
	return nil
}

// rechecks are the booking laws that a change must fulfil again.
func rechecks(did string, before, after Appointment) []check {
	switch {
	case did == "reschedule":
		return everything
	case did == "approve":
		return []check{present, here}
	case after.Overbook() != before.Overbook():
		return []check{hosted, free}
	}
	return nil
}

// action is the one thing a change does. Two at once would leave open which came first.
func action(before, after Appointment) (string, error) {
	did := actions(before, after)
	switch {
	case len(did) > 1:
		return "", kit.Invalid("status", "one_at_a_time", "Do one thing at a time: "+strings.Join(did, ", then ")+".")
	case after.cancelCode() != before.cancelCode() && after.Status() != Cancelled:
		return "", kit.Invalid("cancel_code", "not_cancelled", "Only a cancelled appointment has a reason for it.")
	case len(did) == 0:
		return "edit", nil
	}
	return did[0], nil
}

// settle fills in what a request may leave out: the end of a moved visit, and
// why it was cancelled.
func settle(tx core.App, before, after Appointment, actor kit.Actor) error {
	if !after.Starts().Equal(before.Starts()) && after.Ends().Equal(before.Ends()) && !after.Starts().IsZero() {
		ends, err := movedEnd(tx, before, after)
		if err != nil {
			return err
		}
		after.setEnds(ends)
	}
	if after.Status() == Cancelled && before.Status() != Cancelled && after.cancelCode() == "" {
		after.setCancelCode(ByHospital)
		if actor.Role == role.Patient {
			after.setCancelCode(ByPatient)
		}
	}
	return nil
}

// effect stamps who did what and when. Times are the hospital's own: what a
// client's clock says is not believed.
func effect(app core.App, did string, after Appointment, actor kit.Actor) {
	now := kit.Now(app)
	switch did {
	case "approve":
		after.stamp("approved", actor.ID, now)
	case "reject", "cancel", "miss", "expire":
		after.stamp("cancelled", actor.ID, now)
	case "complete":
		after.stamp("completed", actor.ID, now)
	case "check in":
		after.stamp("checked_in", actor.ID, now)
	case "start":
		after.stamp("started", actor.ID, now)
	case "reschedule":
		if actor.Role == role.Patient {
			after.setStatus(Pending)
			after.stamp("approved", "", time.Time{})
		}
	}
}

func record(tx core.App, did string, before, after Appointment, actor kit.Actor) error {
	event, err := kit.New(tx, "appointment_events")
	if err != nil {
		return err
	}
	event.Set("appointment", after.Id)
	event.Set("action", did)
	event.Set("from", string(before.Status()))
	event.Set("to", string(after.Status()))
	event.Set("actor", actor.ID)
	if after.CancelNote() != before.CancelNote() {
		event.Set("note", after.CancelNote())
	}
	if after.moved(before) {
		event.Set("old_starts", before.Starts())
		event.Set("new_starts", after.Starts())
	}
	if err := tx.Save(event); err != nil {
		return fmt.Errorf("record %s of %s: %w", did, after.Number(), err)
	}
	return nil
}
