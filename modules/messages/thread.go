package messages

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/appointments"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

// Thread is a record of threads: a conversation of a patient and a doctor.
type Thread struct{ *core.Record }

func (t Thread) patient() string     { return t.GetString("patient") }
func (t Thread) doctor() string      { return t.GetString("doctor") }
func (t Thread) appointment() string { return t.GetString("appointment") }
func (t Thread) closed() bool        { return t.GetBool("closed") }
func (t Thread) lastMessageAt() time.Time {
	return t.GetDateTime("last_message_at").Time()
}

func (t Thread) setStartedBy(account string)   { t.Set("started_by", account) }
func (t Thread) setLastMessageAt(at time.Time) { t.Set("last_message_at", at) }

// unreadBy is the number of messages that a side has not read.
func (t Thread) unreadBy(side Side) int { return t.GetInt("unread_by_" + string(side)) }

func (t Thread) setUnreadBy(side Side, n int64) { t.Set("unread_by_"+string(side), n) }

// countUnread counts again what the side that a message goes to has not read.
func (t Thread) countUnread(tx core.App, m Message) error {
	n, err := tx.CountRecords("messages", dbx.HashExp{"thread": t.Id, "side": string(m.side()), "seen": false})
	if err == nil {
		t.setUnreadBy(m.To(), n)
	}
	return err
}

// findThread reads a thread.
func findThread(tx core.App, id string) (Thread, error) {
	found, err := tx.FindRecordById("threads", id)
	return Thread{found}, err
}

// startThread checks a new thread. Its messages follow, in the same batch.
func startThread(e *core.RecordEvent) error {
	t, actor := Thread{e.Record}, kit.ActorOf(e.Record)
	if err := patients.RejectMerged(e.App, t.patient()); err != nil {
		return err
	}
	if err := checkVisit(e.App, t); err != nil {
		return err
	}
	if err := checkSides(e.App, t, actor); err != nil {
		return err
	}
	if err := checkThreadsToday(e.App, actor); err != nil {
		return err
	}
	t.setStartedBy(actor.ID)
	kit.SetCreated(e.App, e.Record) // the limit counts days of the app's clock
	return e.Next()
}

// checkVisit refuses a visit that is not of the two.
func checkVisit(tx core.App, t Thread) error {
	if t.appointment() == "" {
		return nil
	}
	visits, err := tx.FindRecordsByIds("appointments", []string{t.appointment()})
	if err != nil {
		return err
	}
	if len(visits) == 0 {
		return kit.Invalid("appointment", "not_found", "The two have no such visit.")
	}
	visit := appointments.Appointment{Record: visits[0]}
	if visit.Patient() != t.patient() || visit.Doctor() != t.doctor() {
		return kit.Invalid("appointment", "not_found", "The two have no such visit.")
	}
	return nil
}

// checkSides refuses to write to somebody who would not read it: a doctor who does not treat the patient now, and a
// patient without an account.
func checkSides(tx core.App, t Thread, actor kit.Actor) error {
	doctors, err := tx.FindRecordsByIds("doctors", []string{t.doctor()})
	if err != nil || len(doctors) == 0 {
		return err // the validation of the relation refuses it
	}
	doctor := staff.DoctorOf(doctors[0])
	treats, err := patients.Treats(tx, t.patient(), doctor.User())
	switch {
	case err != nil:
		return err
	case actor.Role == role.Doctor && !treats:
		return kit.Forbidden("patient", "not_in_care", "This patient is not in your care now.")
	case !treats, !doctor.Active():
		return kit.Forbidden("doctor", "not_in_care", "You are not in the care of this doctor now. Request a visit, or call "+
			"the hospital.")
	case actor.Role != role.Doctor:
		return nil
	}
	patient, err := patients.Find(tx, t.patient())
	if err == nil && patient.User() == "" {
		return kit.Conflict("patient", "no_account", "This patient has no account, and cannot read messages. Call them.")
	}
	return err
}
