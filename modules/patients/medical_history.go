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

// MedicalHistory is a record of medical_histories: an earlier version of a patient's medical history.
type MedicalHistory struct{ *core.Record }

// fill makes it the history of a patient before a change by a user.
func (h MedicalHistory) fill(before Patient, user string) {
	h.Set("patient", before.Id)
	h.Set("text", before.medicalHistory())
	h.Set("changed_by", user)
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
	MedicalHistory{earlier}.fill(before, kit.ActorOf(after.Record).ID)
	return tx.Save(earlier)
}
