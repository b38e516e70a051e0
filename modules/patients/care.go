package patients

import (
	"database/sql"
	"errors"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// emergencyDuration is how long emergency access lasts.
const emergencyDuration = time.Hour

var emergencies = kit.Collection{
	Name: "break_glass",
	Description: "Emergency access: a doctor or nurse opened a patient's record without being in the care team. " +
		"It lasts 60 minutes. Every admin is alerted, and the patient can see it.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient whose record was opened."),
		kit.Text("mrn", 20).
			Help("Medical record number. Whoever cannot see the patient yet gives it instead of the id."),
		kit.Relation("user", "users").Required().Presentable().Help("Account of the person who opened the record."),
		kit.MinText("reason", 15, 500).Required().Help("Why the record must be opened now."),
		kit.Relation("entry", "care_team").Required().Help("Care team entry that gives the access."),
		kit.Instant("ends").Required().Help("When the access ends."),
		kit.Select[string]("verdict", "justified", "unjustified").
			Help("Verdict of the admin who reviewed it. Empty until then."),
		kit.Text("review_note", 1000).Help("Note of the admin who reviewed it. Only admins see it."),
		kit.Relation("reviewed_by", "users").Help("Admin who reviewed it."),
		kit.Instant("reviewed_at").Help("When it was reviewed."),
	},
	Indexes:   []kit.Index{{Columns: "patient, created"}, {Columns: "user, created"}, {Columns: "verdict, created"}},
	Immutable: kit.Immutable{When: kit.Always, Free: []string{"verdict", "review_note", "reviewed_by", "reviewed_at"}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user"), HiddenFields: []string{"review_note"}},
		role.Doctor:  emergencyGrant,
		role.Nurse:   emergencyGrant,
		role.Admin:   {Read: kit.All, Update: kit.All, UpdateFields: []string{"verdict", "review_note"}},
	},
}

var emergencyGrant = kit.Grant{
	Read: kit.Own("user"), HiddenFields: []string{"review_note"},
	Create: kit.All, CreateFields: []string{"patient", "mrn", "reason"},
}

// EmergencyAccess happens when a doctor or nurse opens a record by emergency access.
var EmergencyAccess = kit.Event{
	Collection: "break_glass",
	Happened:   func(before, _ *core.Record) bool { return before == nil },
}

// breakGlass opens a record at once. An admin reviews the reason afterwards.
func breakGlass(e *core.RecordEvent) error {
	r, actor, now := e.Record, kit.ActorOf(e.Record), kit.Now(e.App)
	patient, err := named(e.App, r)
	if err != nil {
		return err
	}
	ends := now.Add(emergencyDuration)
	r.Load(map[string]any{
		"patient": patient.Id, "mrn": patient.GetString("mrn"), "user": actor.ID, "ends": ends, "verdict": "",
	})
	entry, err := kit.New(e.App, "care_team")
	if err != nil {
		return err
	}
	entry.Load(map[string]any{
		"patient": patient.Id, "user": actor.ID, "source": string(BreakGlass),
		"reason": r.GetString("reason"), "starts": now, "ends": ends,
	})
	if err := e.App.Save(entry); err != nil {
		return err
	}
	r.Set("entry", entry.Id)
	return e.Next() // refuses a reason that is too short, and the transaction is undone
}

// named finds the patient of a request by id or medical record number.
func named(tx core.App, r *core.Record) (patient *core.Record, err error) {
	by, value := "id", r.GetString("patient")
	if value == "" {
		by, value = "mrn", r.GetString("mrn")
	}
	patient, err = tx.FindFirstRecordByData("patients", by, value)
	switch {
	case errors.Is(err, sql.ErrNoRows) && r.GetString("mrn") == "":
		return nil, kit.Invalid("patient", "not_found", "There is no such patient.")
	case errors.Is(err, sql.ErrNoRows),
		err == nil && r.GetString("mrn") != "" && r.GetString("mrn") != patient.GetString("mrn"):
		return nil, kit.Invalid("mrn", "not_found", "There is no patient with this record number.")
	case err != nil:
		return nil, err
	}
	return patient, Present(tx, patient.Id)
}

// Present refuses to note anything on a record that was merged into another. A
// missing one is PocketBase's to refuse.
func Present(tx core.App, patient string) error {
	r, err := tx.FindRecordById("patients", patient)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil && r.GetString("merged_into") != "" {
		return kit.WithParams(kit.Conflict("patient", "merged", "This record was merged into another. Use that one."),
			map[string]any{"patient": r.GetString("merged_into")})
	}
	return err
}
