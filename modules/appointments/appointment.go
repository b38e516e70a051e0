package appointments

import (
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Appointment is one visit of one patient to one doctor.
type Appointment struct{ *core.Record }

// Status is where the appointment stands.
func (a Appointment) Status() Status { return Status(a.GetString("status")) }

// Patient is the id of who comes.
func (a Appointment) Patient() string { return a.GetString("patient") }

// Doctor is the id of who is visited.
func (a Appointment) Doctor() string { return a.GetString("doctor") }

// Number is what the hospital calls it, "A-000001".
func (a Appointment) Number() string { return a.GetString("number") }

// Starts is when it begins.
func (a Appointment) Starts() time.Time { return a.GetDateTime("starts").Time() }

// Ends is when the next one may begin.
func (a Appointment) Ends() time.Time { return a.GetDateTime("ends").Time() }

// Active says that it holds its time.
func (a Appointment) Active() bool { return a.Status() == Pending || a.Status() == Approved }

// Version counts the changes.
func (a Appointment) Version() int { return a.GetInt("version") }

// Started says that the doctor has begun.
func (a Appointment) Started() bool { return !a.startedAt().IsZero() }

// Move sets another time. Without an end the visit ends with its new slot.
func (a Appointment) Move(starts, ends time.Time) {
	a.Set("starts", starts)
	if !ends.IsZero() {
		a.setEnds(ends)
	}
}

// Cancel ends it on behalf of the hospital, with a note for the patient.
func (a Appointment) Cancel(note string) {
	a.setStatus(Cancelled)
	a.setCancelCode(ByHospital)
	a.Set("cancel_note", note)
}

// CancelNote is what the patient is told about a cancellation.
func (a Appointment) CancelNote() string { return a.GetString("cancel_note") }

// Overbook says that staff put it beside another one on purpose.
func (a Appointment) Overbook() bool { return a.GetBool("overbook") }

// FollowUp says that it was booked to see after an earlier one.
func (a Appointment) FollowUp() bool { return a.visitType() == FollowUp }

// capacity is how many visits the doctor may have at that time.
func (a Appointment) capacity() int { return max(a.GetInt("capacity"), 1) }

// length is how long the visit takes.
func (a Appointment) length() time.Duration { return a.Ends().Sub(a.Starts()) }

func (a Appointment) visitType() VisitType   { return VisitType(a.GetString("visit_type")) }
func (a Appointment) cancelCode() CancelCode { return CancelCode(a.GetString("cancel_code")) }
func (a Appointment) staffNote() string      { return a.GetString("staff_note") }
func (a Appointment) checkedInAt() time.Time { return a.GetDateTime("checked_in_at").Time() }
func (a Appointment) startedAt() time.Time   { return a.GetDateTime("started_at").Time() }
func (a Appointment) checkedIn() bool        { return !a.checkedInAt().IsZero() }

func (a Appointment) setPatientName(name string)    { a.Set("patient_name", name) }
func (a Appointment) setEnds(t time.Time)           { a.Set("ends", t) }
func (a Appointment) setOverbook(yes bool)          { a.Set("overbook", yes) }
func (a Appointment) setStatus(s Status)            { a.Set("status", string(s)) }
func (a Appointment) setCancelCode(code CancelCode) { a.Set("cancel_code", string(code)) }
func (a Appointment) setNumber(number string)       { a.Set("number", number) }
func (a Appointment) setVersion(v int)              { a.Set("version", v) }
func (a Appointment) setRequestedBy(user string)    { a.Set("requested_by", user) }

// setSchedule notes what the doctor's hours say of the time.
func (a Appointment) setSchedule(capacity int, room string) {
	a.Set("capacity", capacity)
	a.Set("room", room)
}

// stamp writes who did something and when, into the fields <did>_by and <did>_at
// as far as the collection has them.
func (a Appointment) stamp(did, user string, at time.Time) {
	a.SetIfFieldExists(did+"_by", user)
	a.SetIfFieldExists(did+"_at", at)
}

// moved says that the time differs from another state of the same appointment.
func (a Appointment) moved(before Appointment) bool {
	return !a.Starts().Equal(before.Starts()) || !a.Ends().Equal(before.Ends())
}

// VisitForWriting is the visit during or after which something is written, "prescribe in";
// one that was not approved is refused.
func VisitForWriting(tx core.App, id, verb string) (Appointment, error) {
	found, err := tx.FindRecordById("appointments", id)
	if errors.Is(err, sql.ErrNoRows) {
		return Appointment{}, kit.Invalid("appointment", "validation_missing_rel_records", "There is no such visit.")
	}
	a := Appointment{found}
	if err == nil && a.Status() != Approved && a.Status() != Completed {
		err = kit.Conflict("appointment", "invalid_transition", "You cannot "+verb+" a visit that is "+string(a.Status())+".")
	}
	return a, err
}
