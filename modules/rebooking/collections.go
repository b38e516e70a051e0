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

// Outcome of a visit.
type Outcome string

// The outcomes.
const (
	Move   Outcome = "move"
	Cancel Outcome = "cancel"
	Keep   Outcome = "keep" // nothing is done, or the visit was changed in the meantime
)

// maxItems is how many visits one rebooking can have. Start another one for the rest.
const maxItems = 500

var rebookings = kit.Collection{
	Name: "rebookings",
	Description: "A proposal what to do with the visits during a time off: one item per visit. Staff can change the " +
		"items, and then apply all in one step. The patients get a notice.",
	Fields: kit.Fields{
		kit.Relation("time_off", "time_off").Required().Presentable().Help("Time off whose visits are rebooked."),
		kit.Relation("doctor", "doctors").Help("Only visits of this doctor, if the whole hospital is closed."),
		kit.Select("status", Proposed, Applied, Withdrawn).Required().Presentable().
			Help("Set it to applied to move and cancel the visits. Applied and withdrawn are final."),
		kit.Text("note", 1000).Help("What the patients are told."),
		kit.Int("moved", 0, maxItems).Help("Number of visits that were moved."),
		kit.Int("cancelled", 0, maxItems).Help("Number of visits that were cancelled."),
		kit.Relation("requested_by", "users").Help("Account that created it."),
		kit.Relation("applied_by", "users").Help("Account that applied it."),
		kit.Instant("applied_at").Help("When it was applied."),
		kit.VersionField(),
	},
	Indexes: []kit.Index{{Columns: "time_off"}, {Columns: "created"}},
	Policy:  kit.Policy{role.Receptionist: desk, role.Admin: desk},
}

var desk = kit.Grant{
	Read:   kit.All,
	Create: kit.All, CreateFields: []string{"time_off", "doctor", "status", "note"},
	Update: kit.All, UpdateFields: []string{"status", "note"},
}

var items = kit.Collection{
	Name:        "rebooking_items",
	Description: "What will happen to one visit of a rebooking, or has happened once it is applied.",
	Fields: kit.Fields{
		kit.Relation("rebooking", "rebookings").Required().Help("Rebooking it belongs to."),
		kit.Relation("appointment", "appointments").Required().Help("Visit to move, cancel or keep."),
		kit.Select("outcome", Move, Cancel, Keep).Required().Help("What happens to the visit."),
		kit.Instant("old_starts").Required().Help("Start of the visit before."),
		kit.Instant("starts").Help("New start, one of the doctor's slots. Empty unless it is moved."),
		kit.Instant("ends").Help("New end. If left out, it ends with the slot."),
		kit.Text("why", 300).Help("Why the visit is not simply moved."),
	},
	Indexes:       []kit.Index{{Columns: "rebooking, old_starts"}, {Columns: "appointment"}},
	RoutineFields: []string{"outcome"},
	Policy:        kit.Policy{role.Receptionist: replanning, role.Admin: replanning},
}

var replanning = kit.Grant{Read: kit.All, Update: kit.All, UpdateFields: []string{"outcome", "starts", "ends"}}
