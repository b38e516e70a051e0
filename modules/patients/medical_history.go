package patients

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/role"

	"hospital/internal/kit"
)

// histories keep what a medical history said before it was changed, and who
// changed it.
var histories = kit.Collection{
	Name:       "medical_histories",
	Fields:     historyFields,
	Indexes:    []kit.Index{{Columns: "patient, created"}},
	AppendOnly: true,
	RawText:    []string{"text"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor:  {Read: Care("patient")},
		role.Nurse:   {Read: kit.All},
		role.Admin:   {Read: kit.All},
	},
}

var historyFields = kit.Fields{
	kit.Relation("patient", "patients").Required(),
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
