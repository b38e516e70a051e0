package prescriptions

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Item is a record of prescription_items: one drug of a prescription.
type Item struct{ *core.Record }

func (i Item) prescription() string      { return i.GetString("prescription") }
func (i Item) drug() string              { return i.GetString("drug") }
func (i Item) setPatient(patient string) { i.Set("patient", patient) }

// findItems returns the drugs of a prescription in the order in which they were added.
func findItems(app core.App, prescription string) ([]Item, error) {
	found, err := app.FindRecordsByFilter("prescription_items", "prescription = {:p} && removed = false",
		"created,id", 0, 0, dbx.Params{"p": prescription})
	items := make([]Item, len(found))
	for i, r := range found {
		items[i] = Item{r}
	}
	return items, err
}

func createItem(e *core.RecordEvent) error {
	item := Item{e.Record}
	draft, err := findDraft(e.App, item)
	if err != nil {
		return err
	}
	items, err := findItems(e.App, draft.Id)
	if err != nil {
		return err
	}
	if len(items) >= maxItems {
		return kit.Conflict("prescription", "too_many_items",
			fmt.Sprintf("A prescription has at most %d drugs. Write another prescription.", maxItems))
	}
	item.setPatient(draft.patient())
	return e.Next()
}

func updateItem(e *core.RecordEvent, before *core.Record) error {
	if !kit.Changed(before, e.Record) {
		return e.Next()
	}
	if _, err := findDraft(e.App, Item{before}); err != nil {
		return err
	}
	return e.Next()
}

// findDraft returns the prescription of an item. It refuses one that is no longer a draft.
func findDraft(tx core.App, item Item) (Prescription, error) {
	found, err := tx.FindRecordById("prescriptions", item.prescription())
	p := Prescription{found}
	if errors.Is(err, sql.ErrNoRows) {
		return p, kit.Invalid("prescription", "validation_missing_rel_records", "There is no such prescription.")
	}
	if err == nil && p.status() != Draft {
		return p, kit.Conflict("prescription", "invalid_transition",
			fmt.Sprintf("This prescription is %s. Replace it with a new one.", p.status()))
	}
	return p, err
}
