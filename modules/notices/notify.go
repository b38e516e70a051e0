package notices

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/patients"
	"hospital/modules/scheduling"
	"hospital/modules/staff"
	"hospital/modules/webhooks"
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
	return tell(tx, m, who, func(n Notice) { n.setVisit(visit, contentOf(m, after)) })
}

// tell stores a notice for every channel.
func tell(tx core.App, m message, who recipient, about func(n Notice)) error {
	now := kit.Now(tx)
	for _, channel := range m.channels {
		if !who.has(channel) && !(m.call && channel == Email) {
			continue
		}
		notice, err := newNotice(tx, m, channel, who)
		if err != nil {
			return err
		}
		about(notice)
		switch {
		case channel == Portal:
			delivery.SetSent(notice.Record, now)
		case channel == Webhook || who.mail:
			delivery.SetPending(notice.Record, now)
		default:
			delivery.SetSkipped(notice.Record, noAddress)
		}
		if err := store(tx, notice); err != nil {
			return err
		}
	}
	return nil
}

// Tell tells a patient of one of their records, by all channels of the table.
func Tell(kind Kind) kit.Reaction {
	m := messageOf(kind, Patient)
	return func(tx core.App, after *core.Record) error {
		patient := ofPatient{after}.patient()
		who, err := patientOf(tx, patient)
		if err != nil {
			return fmt.Errorf("notice of %s: %w", after.Id, err)
		}
		about := after.Collection().Name + "/" + after.Id
		if m.once {
			told, err := tx.CountRecords("notices", dbx.HashExp{"appointment": "", "about": about, "kind": string(kind)})
			if err != nil || told > 0 {
				return err
			}
		}
		return tell(tx, m, who, func(n Notice) { n.setAbout(about, patient) })
	}
}

// ofPatient is a record of bills, payments, documents or prescriptions.
type ofPatient struct{ *core.Record }

func (r ofPatient) patient() string { return r.GetString("patient") }

// TellOfAbsence tells a doctor that their absence concerns approved visits.
func TellOfAbsence(tx core.App, after *core.Record) error {
	away := scheduling.TimeOff{Record: after}
	visits, err := appointments.Overlapping(tx, away.Doctor(), away.Starts(), away.Ends(), 1)
	if err != nil || len(visits) == 0 || away.Doctor() == "" {
		return err
	}
	who, err := doctorOf(tx, away.Doctor())
	if err != nil {
		return err
	}
	about := "time_off/" + after.Id + "/" + kit.Now(tx).UTC().Format(time.RFC3339Nano) // again when it is changed
	return tell(tx, messageOf(Absence, Doctor), who, func(n Notice) {
		n.setAbout(about, "")
		n.setNewStarts(away.Starts())
	})
}

// recipient is an account, or a patient without one.
type recipient struct {
	account string // empty: none
	mail    bool   // there is an address
	text    bool   // there is a phone number, and a gateway
}

func (r recipient) has(c Channel) bool {
	return c == Email && r.mail || c == Portal && r.account != "" || c == Webhook && r.text
}

func recipientOf(tx core.App, to Audience, visit appointments.Appointment) (recipient, error) {
	if to == Doctor {
		return doctorOf(tx, visit.Doctor())
	}
	return patientOf(tx, visit.Patient())
}

func doctorOf(tx core.App, id string) (recipient, error) {
	doctor, err := staff.FindDoctor(tx, id)
	return recipient{account: doctor.User(), mail: doctor.User() != ""}, err
}

func patientOf(tx core.App, id string) (recipient, error) {
	patient, err := patients.Find(tx, id)
	if err != nil {
		return recipient{}, err
	}
	gateway, err := webhooks.Wanted(tx, webhooks.Notice)
	return recipient{
		account: patient.User(),
		mail:    patient.Email() != "" || patient.User() != "", // every account has an address
		text:    patient.Phone() != "" && gateway,
	}, err
}

func newNotice(tx core.App, m message, channel Channel, who recipient) (Notice, error) {
	record, err := kit.New(tx, "notices")
	if err != nil {
		return Notice{}, err
	}
	notice := Notice{record}
	notice.fill(m, channel, who.account)
	return notice, nil
}

// store writes a notice without looking up its relations, which were read from other records.
func store(tx core.App, notice Notice) error {
	kit.SetCreated(tx, notice.Record)
	if err := tx.SaveNoValidate(notice.Record); err != nil {
		return fmt.Errorf("notice of %s%s: %w", notice.appointment(), notice.about(), err)
	}
	return nil
}
