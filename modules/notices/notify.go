package notices

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

const noAddress = "The patient has no e-mail address."

// Notify tells an audience what happened to a visit, by all channels of the table.
func Notify(kind Kind, to Audience) kit.Reaction {
	m := messageOf(kind, to)
	return func(tx core.App, after *core.Record) error { return notify(tx, m, after) }
}

// Receipt mails a patient what they did themselves, so that their calendar follows.
func Receipt(kind Kind) kit.Reaction {
	m := messageOf(kind, Patient)
	m.channels, m.call = []Channel{Email}, false
	return func(tx core.App, after *core.Record) error { return notify(tx, m, after) }
}

// content is what a notice says of a change.
type content struct {
	oldStarts, newStarts time.Time
	note                 string
}

func contentOf(m message, after *core.Record) (c content) {
	visit, before := appointments.Appointment{Record: after}, appointments.Appointment{Record: after.Original()}
	switch m.kind {
	case Rejected, Cancelled:
		c.oldStarts = visit.Starts()
	case Moved:
		c.oldStarts, c.newStarts = before.Starts(), visit.Starts()
	default:
		c.newStarts = visit.Starts()
	}
	if m.call && c.newStarts.IsZero() { // what the hospital says, not what the patient gave as a reason
		c.note = visit.CancelNote()
	}
	return c
}

// notify stores a notice for every channel that the recipient has. Of a patient who has to be called it stores the
// mail that cannot be sent, for the front desk.
func notify(tx core.App, m message, after *core.Record) error {
	visit := appointments.Appointment{Record: after}
	now := kit.Now(tx)
	if m.kind == Confirmed && !visit.Starts().After(now) { // a walk-in: the patient is here
		return nil
	}
	who, err := recipientOf(tx, m.to, visit)
	if err != nil {
		return fmt.Errorf("notice of %s: %w", visit.Number(), err)
	}
	for _, channel := range m.channels {
		notice, err := newNotice(tx, m, channel, who, visit, contentOf(m, after))
		if err != nil {
			return err
		}
		switch {
		case channel == Portal:
			delivery.SetSent(notice.Record, now)
		case who.mail:
			delivery.SetPending(notice.Record, now)
		default:
			delivery.SetSkipped(notice.Record, noAddress)
		}
		if !who.has(channel) && !(m.call && channel == Email) {
			continue
		}
		if err := store(tx, notice); err != nil {
			return err
		}
	}
	return nil
}

// recipient is an account, or a patient without one.
type recipient struct {
	account string // empty: none
	mail    bool   // there is an address
}

func (r recipient) has(c Channel) bool {
	return c == Email && r.mail || c == Portal && r.account != ""
}

func recipientOf(tx core.App, to Audience, visit appointments.Appointment) (recipient, error) {
	if to == Doctor {
		doctor, err := staff.FindDoctor(tx, visit.Doctor())
		return recipient{doctor.User(), true}, err
	}
	patient, err := patients.Find(tx, visit.Patient())
	if err != nil {
		return recipient{}, err
	}
	return recipient{patient.User(), patient.Email() != "" || patient.User() != ""}, nil // every account has an address
}

func newNotice(tx core.App, m message, channel Channel, who recipient, visit appointments.Appointment, c content,
) (Notice, error) {
	record, err := kit.New(tx, "notices")
	if err != nil {
		return Notice{}, err
	}
	notice := Notice{record}
	notice.fill(m, channel, who.account, visit, c)
	return notice, nil
}

// store writes a notice without looking up its relations, which were read from other records.
func store(tx core.App, notice Notice) error {
	kit.SetCreated(tx, notice.Record)
	if err := tx.SaveNoValidate(notice.Record); err != nil {
		return fmt.Errorf("notice of visit %s: %w", notice.appointment(), err)
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
