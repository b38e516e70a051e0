package kit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Lifecycle is the state machine of a collection: the actions on its records after they
// were created. It binds the hook that runs them.
//
// An update runs, in one transaction: stale version (409), nothing changed (200),
// unknown status (400, by its field), Prepare, which action, from (409), role (403),
// guard, stamp, do, version + 1, the write, then.
type Lifecycle struct {
	Collection  string
	Noun        string // for refusals: "a payment"
	Field       string // the field with the status; empty: "status"
	Transitions Table

	// Prepare runs before the action is looked up. It fills in values that a request may
	// leave out, and refuses changes that are wrong for every action.
	Prepare func(Change) error
	// Then follows every transition, after the write, in the same transaction.
	Then func(Change) error
	// SystemWrites lets the server itself write anything, without the table.
	SystemWrites bool
}

// Transition is a row of the table: an action, who may do it, and its effects.
type Transition[Status ~string] struct {
	Action string             // a verb: "verify"
	From   []Status           // the statuses it may start from; empty: any
	To     Status             // the status it leads to; empty: the status stays
	By     []Role             // who may do it; empty: all roles that may update the record
	When   func(Change) bool  // recognises the action where the status alone does not
	Guard  func(Change) error // refuses the action when a condition is not met
	Stamp  string             // sets the fields <stamp>_by and <stamp>_at, where the collection has them
	Do     func(Change) error // sets further fields, before the write
	Then   func(Change) error // writes other records, after the write
}

// Transitions are the rows of a lifecycle over statuses of one type.
type Transitions[Status ~string] []Transition[Status]

// Table is Transitions of any type of status.
type Table interface{ rows() []Transition[string] }

// Change is one attempt to change a record.
type Change struct {
	App    core.App // the transaction
	Actor  Actor
	Action string // empty in Prepare and When
	Before *core.Record
	After  *core.Record
}

// From lists statuses for Transition.From.
func From[Status ~string](statuses ...Status) []Status { return statuses }

// By lists roles for Transition.By.
func By(roles ...Role) []Role { return roles }

// AnyChange is a Transition.When that matches every change.
func AnyChange(Change) bool { return true }

const versionField = "version"

func (t Transitions[Status]) rows() []Transition[string] {
	rows := make([]Transition[string], len(t))
	for i, r := range t {
		from := make([]string, len(r.From))
		for j, status := range r.From {
			from[j] = string(status)
		}
		rows[i] = Transition[string]{r.Action, from, string(r.To), r.By, r.When, r.Guard, r.Stamp, r.Do, r.Then}
	}
	return rows
}

func (t Transition[Status]) startsFrom(status Status) bool {
	return len(t.From) == 0 || slices.Contains(t.From, status)
}

// bind runs the lifecycle on updates of its collection.
func (l Lifecycle) bind(app core.App) {
	rows := l.Transitions.rows()
	OnUpdate(app, l.Collection, func(e *core.RecordEvent, before *core.Record) error {
		c := Change{App: e.App, Actor: ActorOf(e.Record), Before: before, After: e.Record}
		if l.SystemWrites && c.Actor.Role == System {
			return e.Next()
		}
		if err := CheckVersion(before, e.Record, "this "+l.subject()); err != nil {
			return err
		}
		if !Changed(before, e.Record) || !l.knows(e.Record) {
			return e.Next()
		}
		if err := run(l.Prepare, c); err != nil {
			return err
		}
		row, err := l.find(rows, c)
		if err != nil {
			return err
		}
		c.Action = row.Action
		if err := run(row.Guard, c); err != nil {
			return err
		}
		if row.Stamp != "" {
			e.Record.SetIfFieldExists(row.Stamp+"_by", c.Actor.ID)
			e.Record.SetIfFieldExists(row.Stamp+"_at", Now(e.App))
		}
		if err := run(row.Do, c); err != nil {
			return err
		}
		e.Record.SetIfFieldExists(versionField, before.GetInt(versionField)+1)
		if err := e.Next(); err != nil {
			return err
		}
		if err := run(row.Then, c); err != nil {
			return err
		}
		return run(l.Then, c)
	})
}

func run(step func(Change) error, c Change) error {
	if step == nil {
		return nil
	}
	return step(c)
}

// subject returns the noun without its article.
func (l Lifecycle) subject() string {
	if _, noun, found := strings.Cut(l.Noun, " "); found {
		return noun
	}
	return l.Noun
}

func (l Lifecycle) field() string {
	if l.Field == "" {
		return "status"
	}
	return l.Field
}

// knows reports whether the field allows the status. The validation of the field refuses
// others.
func (l Lifecycle) knows(r *core.Record) bool {
	field, ok := r.Collection().Fields.GetByName(l.field()).(*core.SelectField)
	return !ok || r.GetString(l.field()) == "" || slices.Contains(field.Values, r.GetString(l.field()))
}

// find returns the row that a change matches. A change that matches two actions is refused,
// because their order would be unknown.
func (l Lifecycle) find(rows []Transition[string], c Change) (row Transition[string], err error) {
	from, to := c.Before.GetString(l.field()), c.After.GetString(l.field())
	var found []Transition[string]
	for _, r := range rows {
		i := slices.IndexFunc(found, func(f Transition[string]) bool { return r.To != "" && f.To == r.To })
		switch {
		case !l.matches(r, from, to, c):
		case i < 0:
			found = append(found, r)
		case !found[i].startsFrom(from): // prefer the row that starts from the current status
			found[i] = r
		}
	}
	switch {
	case len(found) > 1:
		names := make([]string, len(found))
		for i, f := range found {
			names[i] = f.Action
		}
		return row, Invalid(l.field(), "one_at_a_time", "Do one thing at a time: "+strings.Join(names, ", then ")+".")
	case len(found) == 1:
		row = found[0]
	case from != to:
		return row, l.refuse("change the status of", from)
	default:
		i := slices.IndexFunc(rows, func(r Transition[string]) bool { return r.To == "" && r.When == nil })
		if i < 0 {
			return row, l.refuse("edit", from)
		}
		row = rows[i]
	}
	if !row.startsFrom(from) {
		return row, l.refuse(row.Action, from)
	}
	if row.By != nil && !slices.Contains(row.By, c.Actor.Role) {
		return row, Forbidden(l.field(), "not_allowed", fmt.Sprintf("Your role may not %s %s.", row.Action, l.Noun))
	}
	return row, nil
}

// matches reports whether a change is the action of a row. A row with neither To nor When
// is the edit; find uses it for changes that match no other row.
func (l Lifecycle) matches(r Transition[string], from, to string, c Change) bool {
	switch {
	case r.To != "" && (from == to || r.To != to):
		return false
	case r.To == "" && r.When == nil:
		return false
	}
	return r.When == nil || r.When(c)
}

func (l Lifecycle) refuse(action, from string) error {
	return Conflict(l.field(), "invalid_transition", fmt.Sprintf("You cannot %s %s that is %s.", action, l.Noun, from))
}
