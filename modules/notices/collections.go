package notices

import (
	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
)

// Kind of a notice.
type Kind string

// The kinds: what happened to the visit.
const (
	Moved     Kind = "moved"
	Cancelled Kind = "cancelled"
)

// Channel is how a notice reaches the patient.
type Channel string

// The channels. The portal shows a notice as soon as it is written.
const (
	Portal Channel = "portal"
	Email  Channel = "email"
)

// delivery is the columns that say whether a notice or an alert was sent.
const delivery = outbox.Columns("status")

var notices = kit.Collection{
	Name: "notices",
	Description: "A message to a patient that the hospital moved or cancelled their visit. " +
		"There is one per channel.",
	Fields: append(kit.Fields{
		kit.Relation("patient", "patients").Required().Help("Patient who is told."),
		kit.Relation("appointment", "appointments").Required().Help("Visit that was moved or cancelled."),
		kit.Count("appointment_version").Help("Version of the visit that the notice is about."),
		kit.Select("kind", Moved, Cancelled).Required().Help("What happened to the visit."),
		kit.Select("channel", Portal, Email).Required().
			Help("Portal notices are for apps to show; a patient without an account has none."),
		kit.Instant("old_starts").Help("Start of the visit before."),
		kit.Instant("new_starts").Help("New start of the visit. Empty if it was cancelled."),
		kit.Text("note", 1000).Help("What the patient is told about the change."),
		kit.Bool("seen").Help("The patient knows: they read it, or somebody called them."),
		kit.Relation("seen_by", "users").Help("Account that marked it as seen."),
	}, delivery.Fields(
		"State of the delivery. Failed: given up after 8 tries. Skipped: not tried, call the patient.")...),
	Indexes: []kit.Index{
		{Columns: "appointment, appointment_version, kind, channel", Unique: true},
		{Columns: "patient, created"},
		delivery.Index(),
		{Columns: "created"},
	},
	RoutineFields: []string{"kind", "channel", "seen", "status"},
	Policy: kit.Policy{
		role.Patient: {
			Read: kit.Own("patient.user"), HiddenFields: []string{"attempts", "next_try_at", "error"},
			Update: kit.Own("patient.user"), UpdateFields: []string{"seen"},
		},
		role.Receptionist: {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
		role.Admin:        {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
	},
}
