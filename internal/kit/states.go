package kit

import (
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// Transition is one row of a state machine: who may do what from where, and what
// must then be true.
type Transition struct {
	Action string
	From   []string // statuses it may start from
	To     string   // the status it leads to; empty leaves the status alone
	By     []Role
	Guard  func(Move) error // nil when the row says it all
}

// Move is one attempt to follow a transition.
type Move struct {
	App    core.App // the transaction it happens in
	Actor  Actor
	Before *core.Record
	After  *core.Record
}

// States is a state machine, as a table.
type States []Transition

// Check refuses a move the table does not have: a wrong status with 409, a wrong
// role with 403, and whatever the guard refuses.
func (s States) Check(action, subject string, m Move) error {
	from := m.Before.GetString("status")
	for _, t := range s {
		if t.Action != action || !slices.Contains(t.From, from) {
			continue
		}
		if !slices.Contains(t.By, m.Actor.Role) {
			return Forbidden("status", "not_allowed", fmt.Sprintf("Your role may not %s %s.", action, subject))
		}
		if t.Guard == nil {
			return nil
		}
		return t.Guard(m)
	}
	return Conflict("status", "invalid_transition", fmt.Sprintf("You cannot %s %s that is %s.", action, subject, from))
}
