package patients

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

var histories = kit.Collection{
	Name: "medical_histories",
	Description: "An earlier version of a patient's medical history. `created` is when it was replaced " +
		"by the next one.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Help("Patient whose history it was."),
		kit.Text("text", 50_000).Help("Medical history before the change."),
		kit.Relation("changed_by", "users").Help("Account that changed it."),
	},
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

// keepHistory stores the medical history before a change.
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
