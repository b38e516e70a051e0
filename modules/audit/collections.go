package audit

import "hospital/internal/kit"

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
		kit.Required(kit.Instant("at")),
		kit.Relation("actor", "users"), // empty for guests, operators and the hospital itself
		kit.Text("actor_name", 200),
		kit.Text("role", 20),
		kit.Required(kit.Text("action", 40)),
		kit.Text("collection", 60),
		kit.Text("record", 60),
		kit.Relation("patient", "patients"), // whose record was seen or changed
		kit.Required(kit.Select("outcome", Done, Refused)),
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
	Triggers: kit.AppendOnly("audit_log"),
	Policy: kit.Policy{
		kit.Patient:      {Read: kit.Own("patient.user"), Sees: []string{"at", "actor_name", "role", "action", "collection", "record", "patient", "outcome"}},
		kit.Doctor:       ownActions,
		kit.Nurse:        ownActions,
		kit.Receptionist: ownActions,
		kit.Accountant:   ownActions,
		kit.Admin:        {Read: kit.All},
	},
}

var ownActions = kit.Grant{Read: kit.Own("actor"), Sees: []string{"at", "actor", "actor_name", "role", "action", "collection", "record", "patient", "outcome"}}
