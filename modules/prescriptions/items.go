package prescriptions

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// add is the law for another drug of a draft.
func add(e *core.RecordEvent) error {
	draft, err := draftOf(e.App, e.Record)
	if err != nil {
		return err
	}
	drugs, err := itemsOf(e.App, draft.Id)
	if err != nil {
		return err
	}
	if len(drugs) >= maxItems {
		return kit.Conflict("prescription", "too_many_items", fmt.Sprintf("A prescription has at most %d drugs. Write another one.", maxItems))
	}
	e.Record.Set("patient", draft.GetString("patient"))
	return e.Next()
}

// edit is the law for another word about it, while it is a draft.
func edit(e *core.RecordEvent, before *core.Record) error {
	if !kit.Changed(before, e.Record) {
		return e.Next()
	}
	if _, err := draftOf(e.App, before); err != nil {
		return err
	}
	return e.Next()
}

func draftOf(tx core.App, item *core.Record) (*core.Record, error) {
	p, err := tx.FindRecordById("prescriptions", item.GetString("prescription"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, kit.Invalid("prescription", "validation_missing_rel_records", "There is no such prescription.")
	}
	if err == nil && p.GetString("status") != string(Draft) {
		return nil, kit.Conflict("prescription", "invalid_transition", "This prescription is "+p.GetString("status")+". Replace it by another.")
	}
	return p, err
}
