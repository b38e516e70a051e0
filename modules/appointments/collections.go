package appointments

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
	"hospital/modules/scheduling"
)

// Status of an appointment.
type Status string

// The statuses. Pending and approved both hold the slot; completed and cancelled are final.
const (
	Pending   Status = "pending"
	Approved  Status = "approved"
	Completed Status = "completed"
	Cancelled Status = "cancelled"
)

var statuses = []Status{Pending, Approved, Completed, Cancelled}

// CancelCode says why an appointment was cancelled.
type CancelCode string

// The reasons to cancel.
const (
	ByPatient  CancelCode = "patient"
	Rejected   CancelCode = "rejected"
	ByHospital CancelCode = "hospital"
	NoShow     CancelCode = "no_show"
	Expired    CancelCode = "expired"
	Duplicate  CancelCode = "duplicate"
)

// VisitType is what kind of visit it will be.
type VisitType string

// The visit types that mean more than a word.
const (
	FollowUp VisitType = "follow_up" // after an earlier visit, and perhaps cheaper
	WalkIn   VisitType = "walk_in"   // somebody who is here now; staff may book it up to a quarter of an hour late
)

// inCare is the visits a doctor may add for themselves: those of patients in their
// care, since a visit opens the patient's record to its doctor.
var inCare = kit.Own("doctor.user").Only("own-in-care", patients.Treating("patient"))

var appointments = kit.Collection{
	Name: "appointments",
	Fields: kit.Fields{
		kit.Text("number", 30),
		kit.Relation("patient", "patients").Required(),
		kit.Text("patient_name", 120), // so that a doctor sees who asks before the record opens
		kit.Relation("doctor", "doctors").Required(),
		kit.Instant("starts").Required(),
		kit.Instant("ends").Required(),
		kit.Text("room", 60),
		kit.Int("capacity", 0, scheduling.MaxCapacity), // visits the doctor may have at that time, as the hours said
		kit.Select[VisitType]("visit_type", "new", FollowUp, "procedure", WalkIn, "telehealth"),
		kit.Text("reason", 1000),
		kit.Select("status", statuses...).Required(),
		kit.Select("cancel_code", ByPatient, Rejected, ByHospital, NoShow, Expired, Duplicate),
		kit.Text("cancel_note", 1000),
		kit.Text("staff_note", 2000),
		kit.Bool("overbook"),
		kit.Relation("requested_by", "users"),
		kit.Relation("approved_by", "users"),
		kit.Instant("approved_at"),
		kit.Instant("checked_in_at"),
		kit.Instant("started_at"),
		kit.Instant("completed_at"),
		kit.Relation("cancelled_by", "users"),
		kit.Instant("cancelled_at"),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true},
		{Columns: "doctor, starts"},
		{Columns: "patient, starts"},
		{Columns: "status, starts"},
		{Columns: "starts"},
	},
	Triggers: []kit.Trigger{
		guard("appointments_no_overlap_insert", "INSERT", "doctor", "NOT NEW.overbook", "MAX(NEW.capacity, 1)", "slot_taken"),
		guard("appointments_no_overlap_update", "UPDATE", "doctor", "NOT NEW.overbook AND ("+takes+" OR OLD.doctor != NEW.doctor OR OLD.overbook)", "MAX(NEW.capacity, 1)", "slot_taken"),
		guard("appointments_patient_free_insert", "INSERT", "patient", "1", "1", "patient_busy"),
		guard("appointments_patient_free_update", "UPDATE", "patient", "("+takes+" OR OLD.patient != NEW.patient)", "1", "patient_busy"),
		visitLength("appointments_length_insert", "INSERT"),
		visitLength("appointments_length_update", "UPDATE"),
	},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user"), HiddenFields: []string{"staff_note"},
			Create: kit.Own("patient.user"), CreateFields: []string{"patient", "doctor", "starts", "ends", "visit_type", "reason"},
			Update: kit.Own("patient.user"), UpdateFields: []string{"starts", "ends", "reason", "status", "cancel_note"}},
		role.Doctor: {Read: kit.Own("doctor.user"),
			Create: inCare, CreateFields: []string{"patient", "doctor", "starts", "ends", "visit_type", "reason", "staff_note", "overbook"},
			Update: kit.Own("doctor.user"), UpdateFields: []string{"starts", "ends", "status", "cancel_code", "cancel_note", "staff_note", "overbook", "started_at"}},
		role.Nurse: {Read: kit.All,
			Update: kit.All, UpdateFields: []string{"status", "cancel_code", "checked_in_at"}},
		role.Receptionist: {Read: kit.All,
			Create: kit.All, CreateFields: []string{"patient", "doctor", "starts", "ends", "visit_type", "reason", "staff_note", "overbook"},
			Update: kit.All, UpdateFields: []string{"starts", "ends", "visit_type", "reason", "status", "cancel_code", "cancel_note", "staff_note", "overbook", "checked_in_at"}},
		role.Accountant: {Read: kit.All, VisibleFields: []string{"number", "patient", "patient_name", "doctor", "starts", "ends", "visit_type", "status", "completed_at", "version"}},
		role.Admin: {Read: kit.All,
			Create: kit.All, CreateFields: []string{"patient", "doctor", "starts", "ends", "visit_type", "reason", "staff_note", "overbook"},
			Update: kit.All, UpdateFields: []string{"starts", "ends", "visit_type", "reason", "status", "cancel_code", "cancel_note", "staff_note", "overbook", "checked_in_at", "started_at"}},
	},
}

// events are facts: what was done to an appointment, by whom, when.
var events = kit.Collection{
	Name: "appointment_events",
	Fields: kit.Fields{
		kit.Relation("appointment", "appointments").Required(),
		kit.Text("action", 40).Required(),
		kit.Text("from", 20),
		kit.Text("to", 20),
		kit.Relation("actor", "users"),
		kit.Text("note", 1000),
		kit.Instant("old_starts"),
		kit.Instant("new_starts"),
	},
	Indexes:    []kit.Index{{Columns: "appointment"}},
	AppendOnly: true,
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("appointment.patient.user")},
		role.Doctor:       {Read: kit.Own("appointment.doctor.user")},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Admin:        {Read: kit.All},
	},
}

// takes says that an update takes time that the appointment did not hold before.
// One that only notes something is let through, also beside an overbooked visit.
const takes = "OLD.starts != NEW.starts OR OLD.ends != NEW.ends OR OLD.status NOT IN ('pending', 'approved')"

// guard is the overlap law in the database itself: at no moment of the visit may
// there be as many others as the doctor or the patient can have at once. It looks
// at each moment where one begins; looking back no further than the longest visit
// keeps it fast at any size of the table.
func guard(name, verb, who, when, capacity, code string) kit.Trigger {
	const active, others = "status IN ('pending', 'approved')", "id != NEW.id"
	moment := "MAX(b.starts, NEW.starts)"
	return kit.Trigger{
		Name: name,
		When: "BEFORE " + verb + " ON appointments WHEN NEW." + active + " AND " + when + ` AND EXISTS (
			SELECT 1 FROM appointments b WHERE b.` + who + ` = NEW.` + who + ` AND b.` + others + ` AND b.` + active + `
			AND b.starts < NEW.ends AND b.starts > ` + longBefore("NEW.starts") + ` AND b.ends > NEW.starts
			AND (SELECT COUNT(*) FROM appointments a WHERE a.` + who + ` = NEW.` + who + ` AND a.` + others + ` AND a.` + active + `
				AND a.starts <= ` + moment + ` AND a.starts > ` + longBefore(moment) + ` AND a.ends > ` + moment + `) >= ` + capacity + `)`,
		Code: code,
	}
}

// longBefore is the longest visit before an instant, in SQL.
func longBefore(instant string) string {
	return "strftime('%Y-%m-%d %H:%M:%fZ', " + instant + ", '-8 hours')"
}

func visitLength(name, verb string) kit.Trigger {
	return kit.Trigger{
		Name: name,
		When: "BEFORE " + verb + " ON appointments WHEN NEW.ends <= NEW.starts OR NEW.ends > strftime('%Y-%m-%d %H:%M:%fZ', NEW.starts, '+8 hours')",
		Code: "visit_length",
	}
}
