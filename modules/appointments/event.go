package appointments

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// event is a record of appointment_events: an entry of the history of an appointment.
type event struct{ *core.Record }

func newEvent(tx core.App, a Appointment, action string, from, to Status, actor string) (event, error) {
	r, err := kit.New(tx, "appointment_events")
	if err != nil {
		return event{}, err
	}
	e := event{r}
	e.fill(a, action, from, to, actor)
	kit.SetCreated(tx, r)
	return e, nil
}

// fill makes it the entry of an action on an appointment, by a user.
func (e event) fill(a Appointment, action string, from, to Status, actor string) {
	e.Set("appointment", a.Id)
	e.Set("action", action)
	e.Set("from", string(from))
	e.Set("to", string(to))
	e.Set("actor", actor)
}

func (e event) setNote(note string) { e.Set("note", note) }

func (e event) setMove(before, after Appointment) {
	e.Set("old_starts", before.Starts())
	e.Set("new_starts", after.Starts())
}

// writeEvent adds a change to the history of the appointment.
func writeEvent(c kit.Change) error {
	before, after := Appointment{c.Before}, Appointment{c.After}
	entry, err := newEvent(c.App, after, c.Action, before.Status(), after.Status(), c.Actor.ID)
	if err != nil {
		return err
	}
	if after.CancelNote() != before.CancelNote() {
		entry.setNote(after.CancelNote())
	}
	if after.moved(before) {
		entry.setMove(before, after)
	}
	if err := c.App.Save(entry.Record); err != nil {
		return fmt.Errorf("write the event %s of %s: %w", c.Action, after.Number(), err)
	}
	return nil
}
