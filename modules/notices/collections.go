package notices

import (
	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
)

// Kind is the change that a notice tells about.
type Kind string

// The kinds of notices.
const (
	Moved     Kind = "moved"
	Cancelled Kind = "cancelled"
)

// Channel is how a notice reaches the patient.
type Channel string

// The channels. A notice in the portal is visible as soon as it is stored.
const (
	Portal Channel = "portal"
	Email  Channel = "email"
)

// delivery is the columns that say whether the mail was sent.
const delivery = outbox.Columns("status")

var notices = kit.Collection{
	Name: "notices",
	Fields: append(kit.Fields{
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
	}, delivery.Fields()...),
	Indexes: []kit.Index{
		{Columns: "appointment, appointment_version, kind, channel", Unique: true},
		{Columns: "patient, created"},
		delivery.Index(),
		{Columns: "created"},
	},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user"), HiddenFields: []string{"attempts", "next_try_at", "error"},
			Update: kit.Own("patient.user"), UpdateFields: []string{"seen"}},
		role.Receptionist: {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
		role.Admin:        {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
	},
}
