package audit

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// Outcome is how what somebody tried ended.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// log is append-only, by trigger and by chain.
var log = kit.Collection{
	Name: "audit_log",
	Fields: kit.Fields{
		kit.Int("seq", 0, 1<<50),
		kit.Instant("at").Required(),
		kit.Relation("actor", "users"), // empty for guests, operators and the hospital itself
		kit.Text("actor_name", 200),
		kit.Text("role", 20),
		kit.Text("action", 40).Required(),
		kit.Text("collection", 60),
		kit.Text("record", 60),
		kit.Relation("patient", "patients"), // whose record was seen or changed
		kit.Select("outcome", Done, Refused).Required(),
		kit.Text("changes", 100_000), // JSON, by field: what it was and what it became
		kit.Text("ip", 60),
		kit.Text("request", 40), // the same for all that one request did
		kit.Text("prev_hash", 64),
		kit.Text("hash", 64),
	},
	Indexes: []kit.Index{
		{Columns: "seq", Unique: true},
		{Columns: "patient, seq"},
		{Columns: "actor, seq"},
		{Columns: "record, seq"},
	},
	AppendOnly: true,
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("patient.user"), VisibleFields: []string{"at", "actor_name", "role", "action", "collection", "record", "patient", "outcome"}},
		role.Doctor:       ownActions,
		role.Nurse:        ownActions,
		role.Receptionist: ownActions,
		role.Accountant:   ownActions,
		role.Admin:        {Read: kit.All},
	},
}

var ownActions = kit.Grant{Read: kit.Own("actor"), VisibleFields: []string{"at", "actor", "actor_name", "role", "action", "collection", "record", "patient", "outcome"}}
