package appointments

import (
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Appointment is a record of appointments: a visit of a patient to a doctor.
type Appointment struct{ *core.Record }

// Status of the appointment.
func (a Appointment) Status() Status { return Status(a.GetString("status")) }

// Patient is the patient's id.
func (a Appointment) Patient() string { return a.GetString("patient") }

// Doctor is the doctor's id.
func (a Appointment) Doctor() string { return a.GetString("doctor") }

// Number identifies it for people: "A-000001".
func (a Appointment) Number() string { return a.GetString("number") }

// Starts is the first instant of the visit.
func (a Appointment) Starts() time.Time { return a.GetDateTime("starts").Time() }

// Ends is the first instant after the visit.
func (a Appointment) Ends() time.Time { return a.GetDateTime("ends").Time() }

// Active says that it occupies its time slot: it is pending or approved.
func (a Appointment) Active() bool { return a.Status() == Pending || a.Status() == Approved }

// Version counts the writes, from 1.
func (a Appointment) Version() int { return a.GetInt("version") }

// Room is where it takes place. It is empty if the schedule names no room.
func (a Appointment) Room() string { return a.GetString("room") }

// Type is what kind of visit it is.
func (a Appointment) Type() VisitType { return a.visitType() }

// Updated is when it was changed last.
func (a Appointment) Updated() time.Time { return a.GetDateTime("updated").Time() }

// Started says that the doctor has started the visit.
func (a Appointment) Started() bool { return !a.startedAt().IsZero() }

// Move sets a new time. With the zero time as its end, the visit ends with its new slot.
func (a Appointment) Move(starts, ends time.Time) {
	a.Set("starts", starts)
	if !ends.IsZero() {
		a.setEnds(ends)
	}
}

// Cancel cancels it on behalf of the hospital, with a note for the patient.
func (a Appointment) Cancel(note string) {
	a.setStatus(Cancelled)
	a.setCancelCode(ByHospital)
	a.Set("cancel_note", note)
}

// expire cancels a request that was not approved in time.
func (a Appointment) expire() {
	a.setStatus(Cancelled)
	a.setCancelCode(Expired)
	a.Set("cancel_note", "The hospital could not confirm this request in time. Please choose another time, or call.")
}

// CancelNote explains a cancellation to the patient.
func (a Appointment) CancelNote() string { return a.GetString("cancel_note") }

// Overbook says that staff booked it beside another visit, or outside the schedule, on purpose.
func (a Appointment) Overbook() bool { return a.GetBool("overbook") }

// FollowUp says that it follows an earlier visit.
func (a Appointment) FollowUp() bool { return a.visitType() == FollowUp }

// capacity is the number of visits that the doctor can have at that time.
func (a Appointment) capacity() int { return max(a.GetInt("capacity"), 1) }

func (a Appointment) length() time.Duration { return a.Ends().Sub(a.Starts()) }

func (a Appointment) visitType() VisitType   { return VisitType(a.GetString("visit_type")) }
func (a Appointment) cancelCode() CancelCode { return CancelCode(a.GetString("cancel_code")) }
func (a Appointment) staffNote() string      { return a.GetString("staff_note") }
func (a Appointment) checkedInAt() time.Time { return a.GetDateTime("checked_in_at").Time() }
func (a Appointment) startedAt() time.Time   { return a.GetDateTime("started_at").Time() }
func (a Appointment) requestedAt() time.Time { return a.GetDateTime("requested_at").Time() }
func (a Appointment) checkedIn() bool        { return !a.checkedInAt().IsZero() }

func (a Appointment) setPatientName(name string)    { a.Set("patient_name", name) }
func (a Appointment) setEnds(t time.Time)           { a.Set("ends", t) }
func (a Appointment) setOverbook(yes bool)          { a.Set("overbook", yes) }
func (a Appointment) setStatus(s Status)            { a.Set("status", string(s)) }
func (a Appointment) setCancelCode(code CancelCode) { a.Set("cancel_code", string(code)) }
func (a Appointment) setNumber(number string)       { a.Set("number", number) }
func (a Appointment) setVersion(v int)              { a.Set("version", v) }
func (a Appointment) setRequestedAt(t time.Time)    { a.Set("requested_at", t) }
func (a Appointment) setRequestedBy(user string)    { a.Set("requested_by", user) }

// setSchedule copies capacity and room from the doctor's schedule at that time.
func (a Appointment) setSchedule(capacity int, room string) {
	a.Set("capacity", capacity)
	a.Set("room", room)
}

func (a Appointment) setCompletedAt(t time.Time) { a.Set("completed_at", t) }
func (a Appointment) setCancelledAt(t time.Time) { a.Set("cancelled_at", t) }

// SetPeople sets whom a new visit is of.
func (a Appointment) SetPeople(patient, doctor string) {
	a.Set("patient", patient)
	a.Set("doctor", doctor)
}

// summary is what a list of affected visits shows.
func (a Appointment) summary() map[string]any {
	shown := map[string]any{}
	for _, field := range []string{"id", "number", "patient", "patient_name", "doctor", "starts", "ends", "status"} {
		shown[field] = a.Get(field)
	}
	return shown
}

// setApproved writes who approved it and when; an empty user and the zero time clear both.
func (a Appointment) setApproved(user string, at time.Time) {
	a.Set("approved_by", user)
	a.Set("approved_at", at)
}

// moved says that the start or the end has changed.
func (a Appointment) moved(before Appointment) bool {
	return !a.Starts().Equal(before.Starts()) || !a.Ends().Equal(before.Ends())
}

// VisitForWriting finds the visit that a clinical record is written for. It refuses visits
// that are not approved or completed; the verb is for the message: "prescribe in".
func VisitForWriting(tx core.App, id, verb string) (Appointment, error) {
	found, err := tx.FindRecordById("appointments", id)
	if errors.Is(err, sql.ErrNoRows) {
		return Appointment{}, kit.Invalid("appointment", "validation_missing_rel_records", "There is no such visit.")
	}
	a := Appointment{found}
	if err == nil && a.Status() != Approved && a.Status() != Completed {
		err = kit.Conflict("appointment", "invalid_transition",
			"You cannot "+verb+" a visit that is "+string(a.Status())+".")
	}
	return a, err
}
