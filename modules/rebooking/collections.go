package rebooking

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// Status of a rebooking.
type Status string

// The statuses. Applied and withdrawn are final.
const (
	Proposed  Status = "proposed"
	Applied   Status = "applied"
	Withdrawn Status = "withdrawn"
)

// Outcome is what becomes of a visit.
type Outcome string

// The outcomes.
const (
	Move   Outcome = "move"
	Cancel Outcome = "cancel"
	Keep   Outcome = "keep" // it is left as it is, or was settled otherwise in the meantime
)

// maxItems is how many visits one rebooking takes. What is left over is for another.
const maxItems = 500

var rebookings = kit.Collection{
	Name: "rebookings",
	Fields: kit.Fields{
		kit.Relation("time_off", "time_off").Required(),
		kit.Relation("doctor", "doctors"), // only this doctor's visits, when the whole hospital is closed
		kit.Select("status", Proposed, Applied, Withdrawn).Required(),
		kit.Text("note", 1000), // what the patients are told
		kit.Int("moved", 0, maxItems),
		kit.Int("cancelled", 0, maxItems),
		kit.Relation("requested_by", "users"),
		kit.Relation("applied_by", "users"),
		kit.Instant("applied_at"),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{{Columns: "time_off"}, {Columns: "created"}},
	Policy: kit.Policy{
		role.Receptionist: desk,
		role.Admin:        desk,
	},
}

var desk = kit.Grant{Read: kit.All,
	Create: kit.All, CreateFields: []string{"time_off", "doctor", "status", "note"},
	Update: kit.All, UpdateFields: []string{"status", "note"}}

var items = kit.Collection{
	Name: "rebooking_items",
	Fields: kit.Fields{
		kit.Relation("rebooking", "rebookings").Required(),
		kit.Relation("appointment", "appointments").Required(),
		kit.Select("outcome", Move, Cancel, Keep).Required(),
		kit.Instant("old_starts").Required(),
		kit.Instant("starts"), // of a move
		kit.Instant("ends"),
		kit.Text("why", 300), // where it is not a plain move
	},
	Indexes: []kit.Index{{Columns: "rebooking, old_starts"}, {Columns: "appointment"}},
	Policy: kit.Policy{
		role.Receptionist: {Read: kit.All, Update: kit.All, UpdateFields: []string{"outcome", "starts", "ends"}},
		role.Admin:        {Read: kit.All, Update: kit.All, UpdateFields: []string{"outcome", "starts", "ends"}},
	},
}
