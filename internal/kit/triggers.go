package kit

import (
	"slices"
	"strings"
)

// Trigger is a rule that the database itself enforces, whoever writes: also against the
// SQL console and code that does not go through the record API.
type Trigger struct {
	Name string
	When string // "BEFORE UPDATE OF starts ON appointments WHEN …"
	Code string // the write is refused with this code
}

// Immutable says which rows of a collection can no longer change, and what of them still can.
type Immutable struct {
	When string   // SQL about the stored row, OLD; empty for a collection whose rows change
	Free []string // the columns that still change
}

// Always makes all rows immutable as soon as they are written.
const Always = "TRUE"

// AllTriggers are the declared triggers and the ones that AppendOnly, Immutable and the
// rule that nothing is deleted stand for.
func (c Collection) AllTriggers() []Trigger {
	triggers := slices.Clone(c.Triggers)
	if c.AppendOnly {
		triggers = append(triggers, Trigger{c.Name + "_no_update", "BEFORE UPDATE ON " + c.Name, "append_only"})
	}
	if c.Immutable.When != "" {
		triggers = append(triggers, c.frozen())
	}
	if !c.Expiring {
		triggers = append(triggers, Trigger{c.Name + "_no_delete", "BEFORE DELETE ON " + c.Name, "never_deleted"})
	}
	return triggers
}

// frozen is the trigger of Immutable. "updated" is left out: it says nothing by itself.
func (c Collection) frozen() Trigger {
	columns := []string{"id", "created"}
	for _, f := range c.Fields {
		if !slices.Contains(c.Immutable.Free, f.GetName()) {
			columns = append(columns, f.GetName())
		}
	}
	for i, name := range columns {
		columns[i] = `OLD."` + name + `" IS NOT NEW."` + name + `"`
	}
	return Trigger{
		Name: c.Name + "_frozen",
		When: "BEFORE UPDATE ON " + c.Name +
			" WHEN (" + c.Immutable.When + ") AND (" + strings.Join(columns, " OR ") + ")",
		Code: "frozen",
	}
}
