package notices

import (
	"hospital/internal/role"

	"hospital/internal/kit"
)

// Kind is what a notice tells.
type Kind string

// The kinds of notices.
const (
	Moved     Kind = "moved"
	Cancelled Kind = "cancelled"
)

// Channel is the way a notice takes.
type Channel string

// The channels. A notice in the portal is there as soon as it is written.
const (
	Portal Channel = "portal"
	Email  Channel = "email"
)

// Status is how far a notice has come.
type Status string

// The statuses. Failed was tried and given up; skipped was not tried, and the
// front desk should call.
const (
	Pending Status = "pending"
	Sent    Status = "sent"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

const mostAttempts = 8

var notices = kit.Collection{
	Name: "notices",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required(),
		kit.Relation("appointment", "appointments").Required(),
		kit.Int("appointment_version", 0, 1<<50),
		kit.Select("kind", Moved, Cancelled).Required(),
		kit.Select("channel", Portal, Email).Required(),
		kit.Instant("old_starts"),
		kit.Instant("new_starts"), // of a move
		kit.Text("note", 1000),
		kit.Bool("seen"), // the patient knows, whoever told them
		kit.Relation("seen_by", "users"),
		kit.Select("status", Pending, Sent, Failed, Skipped).Required(),
		kit.Instant("sent_at"),
		kit.Int("attempts", 0, mostAttempts),
		kit.Instant("next_try_at"),
		kit.Text("error", 500),
	},
	Indexes: []kit.Index{
		{Columns: "appointment, appointment_version, kind, channel", Unique: true},
		{Columns: "patient, created"},
		{Columns: "status, next_try_at"},
		{Columns: "created"},
	},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user"), HiddenFields: []string{"attempts", "next_try_at", "error"},
			Update: kit.Own("patient.user"), UpdateFields: []string{"seen"}},
		role.Receptionist: {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
		role.Admin:        {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
	},
}
