package notices

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/patients"
)

// NotifyMoved tells a patient that the hospital gave their visit another time.
func NotifyMoved(tx core.App, after *core.Record) error {
	visit := appointments.Appointment{Record: after}
	before := appointments.Appointment{Record: after.Original()}
	return notify(tx, Moved, visit, content{oldStarts: before.Starts(), newStarts: visit.Starts()})
}

// NotifyCancelled tells a patient that their visit will not take place.
func NotifyCancelled(tx core.App, after *core.Record) error {
	visit := appointments.Appointment{Record: after}
	return notify(tx, Cancelled, visit, content{oldStarts: visit.Starts(), note: visit.CancelNote()})
}

// content is what a notice says of a change.
type content struct {
	oldStarts, newStarts time.Time
	note                 string
}

// notify stores a notice for every channel to the patient. Where they have no e-mail
// address the notice says so to the front desk.
func notify(tx core.App, kind Kind, visit appointments.Appointment, c content) error {
	patient, err := patients.Find(tx, visit.Patient())
	if err != nil {
		return fmt.Errorf("notice of %s: %w", visit.Number(), err)
	}
	address, err := addressOf(tx, patient)
	if err != nil {
		return err
	}
	now := kit.Now(tx)
	email := func(r *core.Record) { delivery.SetPending(r, now) }
	if address == "" {
		email = func(r *core.Record) { delivery.SetSkipped(r, noAddress) }
	}
	if err := store(tx, kind, Email, visit, c, email); err != nil || patient.User() == "" {
		return err
	}
	return store(tx, kind, Portal, visit, c, func(r *core.Record) { delivery.SetSent(r, now) })
}

const noAddress = "The patient has no e-mail address."

func store(tx core.App, kind Kind, channel Channel, visit appointments.Appointment, c content, setDelivery func(r *core.Record)) error {
	notice, err := kit.New(tx, "notices")
	if err != nil {
		return err
	}
	Notice{notice}.fill(kind, channel, visit, c)
	setDelivery(notice)
	if err := tx.Save(notice); err != nil {
		return fmt.Errorf("notice of %s: %w", visit.Number(), err)
	}
	return nil
}

// addressOf is where a patient's mail goes: their own address, or that of the account
// that looks after them.
func addressOf(app core.App, patient patients.Patient) (string, error) {
	if patient.Email() != "" || patient.User() == "" {
		return patient.Email(), nil
	}
	user, err := app.FindRecordById("users", patient.User())
	if err != nil {
		return "", fmt.Errorf("account of patient %s: %w", patient.Id, err)
	}
	return user.Email(), nil
}
