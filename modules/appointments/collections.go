package appointments

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
	"hospital/modules/scheduling"
)

// Status of an appointment.
type Status string

// The statuses. Pending and approved visits hold their slot; completed and cancelled are final.
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

// VisitType is the type of a visit.
type VisitType string

// The visit types with rules of their own.
const (
	FollowUp VisitType = "follow_up" // may be billed at another price
	WalkIn   VisitType = "walk_in"   // the patient is here; staff may book it up to 15 minutes late

	Telehealth VisitType = "telehealth" // by video or phone, not at the hospital
)

// inCare are the visits that a doctor may book: with themselves, and only for patients in
// their care, because an approved visit opens the patient's record to its doctor.
var inCare = kit.Own("doctor.user").Only("own-in-care", patients.Treating("patient"))

// What the roles write. Everybody may move a visit, but of the rest each role has a part.
var (
	times      = []string{"starts", "ends"}
	booking    = append([]string{"patient", "doctor", "visit_type", "reason"}, times...)
	staffBooks = append([]string{"staff_note", "overbook"}, booking...)
	deskEdits  = append([]string{
		"visit_type", "reason", "status", "cancel_code", "cancel_note", "staff_note", "overbook", "checked_in_at",
	}, times...)
)

var appointments = kit.Collection{
	Name: "appointments",
	Description: "A visit of a patient to a doctor. Pending and approved visits hold their time; completed and " +
		"cancelled ones are final.",
	Fields: kit.Fields{
		kit.Text("number", 30).Presentable().Help("Number of the visit, such as A-000001."),
		kit.Relation("patient", "patients").Required().Help("Patient who comes."),
		kit.Text("patient_name", 120).Presentable().
			Help("Name of the patient when the visit was booked. The doctor sees it before the record opens."),
		kit.Relation("doctor", "doctors").Required().Help("Doctor who is visited."),
		kit.Instant("starts").Required().Presentable().Help("Start of the visit."),
		kit.Instant("ends").Required().
			Help("End of the visit. If left out, it ends with the slot; a chosen length is kept when it is moved."),
		kit.Text("room", 60).Help("Room, taken from the doctor's schedule when the time was booked."),
		kit.Int("capacity", 0, scheduling.MaxCapacity).
			Help("How many visits the doctor can have at that time, taken from the schedule when it was booked."),
		kit.Select[VisitType]("visit_type", "new", FollowUp, "procedure", WalkIn, Telehealth).
			Help("Type of the visit."),
		kit.Text("reason", 1000).Help("Why the patient comes, in their words."),
		kit.Select("status", statuses...).Required().
			Help("Status of the visit. Change it to approve, cancel or complete the visit."),
		kit.Select("cancel_code", ByPatient, Rejected, ByHospital, NoShow, Expired, Duplicate).
			Help("Why it was cancelled. Empty while it is not."),
		kit.Text("cancel_note", 1000).Help("What the patient is told about the cancellation."),
		kit.Text("staff_note", 2000).Help("Note for staff. Patients and accountants do not see it."),
		kit.Bool("overbook").Help("Staff booked it outside the schedule or beside another visit on purpose. " +
			"Needs a staff_note."),
		kit.Relation("requested_by", "users").Help("Account that booked it."),
		kit.Instant("requested_at").
			Help("When a patient requested this time, by booking or moving the visit. Empty if staff booked it."),
		kit.Relation("approved_by", "users").Help("Account that approved it."),
		kit.Instant("approved_at").Help("When it was approved."),
		kit.Instant("checked_in_at").
			Help("When the patient arrived. Send any time to check in; the server stores the current time."),
		kit.Instant("started_at").
			Help("When the doctor began. Send any time to start; the server stores the current time."),
		kit.Instant("completed_at").Help("When it was completed."),
		kit.Relation("cancelled_by", "users").Help("Account that cancelled it."),
		kit.Instant("cancelled_at").Help("When it was cancelled."),
		kit.VersionField(),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true},
		{Columns: "doctor, starts"},
		{Columns: "patient, starts"},
		{Columns: "status, starts"},
		{Columns: "requested_by, starts"},
		{Columns: "starts"},
	},
	Triggers:      overlapTriggers,
	RoutineFields: []string{"number", "status", "visit_type", "cancel_code", "overbook", "version"},
	Policy: kit.Policy{
		role.Patient: {
			Read: kit.Own("patient.user"), HiddenFields: []string{"staff_note"},
			Create: kit.Own("patient.user"), CreateFields: booking,
			Update: kit.Own("patient.user"), UpdateFields: append([]string{
				"reason", "status", "cancel_note",
			}, times...),
		},
		role.Doctor: {
			Read:   kit.Own("doctor.user"),
			Create: inCare, CreateFields: staffBooks,
			Update: kit.Own("doctor.user"), UpdateFields: append([]string{
				"status", "cancel_code", "cancel_note", "staff_note", "overbook", "started_at",
			}, times...),
		},
		role.Nurse: {
			Read:   kit.All,
			Update: kit.All, UpdateFields: []string{"status", "cancel_code", "checked_in_at"},
		},
		role.Receptionist: {
			Read:   kit.All,
			Create: kit.All, CreateFields: staffBooks,
			Update: kit.All, UpdateFields: deskEdits,
		},
		role.Accountant: {Read: kit.All, VisibleFields: []string{
			"number", "patient", "patient_name", "doctor", "starts", "ends", "visit_type", "status", "completed_at",
			"version",
		}},
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: staffBooks,
			Update: kit.All, UpdateFields: append([]string{"started_at"}, deskEdits...),
		},
	},
}

var events = kit.Collection{
	Name:        "appointment_events",
	Description: "One step in the life of a visit: what was done, by whom, and when.",
	Fields: kit.Fields{
		kit.Relation("appointment", "appointments").Required().Help("Visit it happened to."),
		kit.Text("action", 40).Required().
			Help("What was done: book, approve, reject, reschedule, cancel, check in, start, miss, complete, expire, " +
				"edit, or import from another system."),
		kit.Text("from", 20).Help("Status before. Empty when the visit was booked."),
		kit.Text("to", 20).Help("Status after."),
		kit.Relation("actor", "users").Help("Account that did it. Empty if it was the server."),
		kit.Text("note", 1000).Help("Note that was given with it."),
		kit.Instant("old_starts").Help("Start of the visit before it was moved."),
		kit.Instant("new_starts").Help("Start of the visit after it was moved."),
	},
	Indexes:       []kit.Index{{Columns: "appointment"}, {Columns: "actor, created"}, {Columns: "created", Where: "action = 'reschedule'"}},
	AppendOnly:    true,
	Consequence:   true,
	RoutineFields: []string{"action", "from", "to"},
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("appointment.patient.user")},
		role.Doctor:       {Read: kit.Own("appointment.doctor.user")},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Admin:        {Read: kit.All},
	},
}
