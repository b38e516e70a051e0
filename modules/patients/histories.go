package patients

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// histories keep what a medical history said before it was changed, and who
// changed it.
var histories = kit.Collection{
	Name:     "medical_histories",
	Fields:   historyFields,
	Indexes:  []kit.Index{{Columns: "patient, created"}},
	Triggers: kit.Frozen("medical_histories", "1", historyFields),
	Verbatim: []string{"text"},
	Policy: kit.Policy{
		kit.Patient: {Read: kit.Own("patient.user")},
		kit.Doctor:  {Read: Care("patient")},
		kit.Nurse:   {Read: kit.All},
		kit.Admin:   {Read: kit.All},
	},
}

var historyFields = kit.Fields{
	kit.Required(kit.Relation("patient", "patients")),
	kit.Text("text", 50_000), // what it said
	kit.Relation("changed_by", "users"),
}

func keepHistory(tx core.App, before, after *core.Record) error {
	if before.GetString("medical_history") == after.GetString("medical_history") {
		return nil
	}
	kept, err := kit.New(tx, "medical_histories")
	if err != nil {
		return err
	}
	kept.Load(map[string]any{"patient": after.Id, "text": before.GetString("medical_history"), "changed_by": kit.ActorOf(after).ID})
	return tx.Save(kept)
}
