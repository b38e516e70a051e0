package patients

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// histories are earlier versions of medical histories, with who changed them.
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

// keepHistory stores the medical history of a patient before it is changed.
func keepHistory(tx core.App, before, after Patient) error {
	if before.medicalHistory() == after.medicalHistory() {
		return nil
	}
	earlier, err := kit.New(tx, "medical_histories")
	if err != nil {
		return err
	}
	earlier.Set("patient", after.Id)
	earlier.Set("text", before.medicalHistory())
	earlier.Set("changed_by", kit.ActorOf(after.Record).ID)
	return tx.Save(earlier)
}
