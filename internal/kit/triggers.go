package kit

import (
	"slices"
	"strings"
)

// Trigger is a rule that the database itself enforces, or a value that it keeps. It also applies
// to the SQL console and to code that does not go through the record API.
type Trigger struct {
	Name string
	When string // "BEFORE UPDATE OF starts ON appointments WHEN …"
	Code string // the write is refused with this code
	Do   string // without a code: SQL statements that write what follows, each ends with a semicolon
}

// create is the SQL statement that creates the trigger.
func (t Trigger) create() string {
	do := t.Do
	if t.Code != "" {
		do = "SELECT RAISE(ABORT, '" + t.Code + "');"
	}
	return "CREATE TRIGGER " + t.Name + " " + t.When + " BEGIN " + do + " END"
}

// Immutable says which rows of a collection can no longer change.
type Immutable struct {
	When string   // SQL condition on the stored row, OLD; empty: rows can change
	Free []string // columns that can still change
}

// Always makes all rows immutable as soon as they are written.
const Always = "TRUE"

// AllTriggers returns the declared triggers and those that AppendOnly, Immutable and
// Expiring imply.
func (c Collection) AllTriggers() []Trigger {
	triggers := slices.Clone(c.Triggers)
	if c.AppendOnly {
		triggers = append(triggers, Trigger{
			Name: c.Name + "_no_update", When: "BEFORE UPDATE ON " + c.Name, Code: "append_only"})
	}
	if c.Immutable.When != "" {
		triggers = append(triggers, c.frozen())
	}
	if !c.Expiring {
		triggers = append(triggers, Trigger{
			Name: c.Name + "_no_delete", When: "BEFORE DELETE ON " + c.Name, Code: "never_deleted"})
	}
	return triggers
}

// frozen returns the trigger of Immutable. The column "updated" is not compared, because
// PocketBase sets it on every write.
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
