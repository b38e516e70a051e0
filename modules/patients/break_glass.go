package patients

import (
	"database/sql"
	"errors"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// glassTime is how long a broken glass opens a record.
const glassTime = time.Hour

// emergencies are the times that somebody opened a record on their own word. The
// patient sees them, and an admin looks at each afterwards.
var emergencies = kit.Collection{
	Name:      "break_glass",
	Fields:    emergencyFields,
	Indexes:   []kit.Index{{Columns: "patient, created"}, {Columns: "user, created"}, {Columns: "verdict, created"}},
	Immutable: kit.Immutable{When: kit.Always, Free: []string{"verdict", "review_note", "reviewed_by", "reviewed_at"}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user"), HiddenFields: []string{"review_note"}},
		role.Doctor:  {Read: kit.Own("user"), Create: kit.All, CreateFields: []string{"patient", "mrn", "reason"}, HiddenFields: []string{"review_note"}},
		role.Nurse:   {Read: kit.Own("user"), Create: kit.All, CreateFields: []string{"patient", "mrn", "reason"}, HiddenFields: []string{"review_note"}},
		role.Admin:   {Read: kit.All, Update: kit.All, UpdateFields: []string{"verdict", "review_note"}},
	},
}

var emergencyFields = kit.Fields{
	kit.Relation("patient", "patients").Required(),
	kit.Text("mrn", 20), // of somebody whose record one does not see
	kit.Relation("user", "users").Required(),
	kit.MinText("reason", 15, 500).Required(),
	kit.Relation("entry", "care_team").Required(),
	kit.Instant("ends").Required(),
	kit.Select[string]("verdict", "justified", "unjustified"),
	kit.Text("review_note", 1000),
	kit.Relation("reviewed_by", "users"),
	kit.Instant("reviewed_at"),
}

// GlassBroken is the event of a record being opened on somebody's own word.
var GlassBroken = kit.Event{Collection: "break_glass", Happened: func(before, _ *core.Record) bool { return before == nil }}

// breakGlass opens a record at once: the reason is looked at afterwards.
func breakGlass(e *core.RecordEvent) error {
	r, actor, now := e.Record, kit.ActorOf(e.Record), kit.Now(e.App)
	patient, err := named(e.App, r)
	if err != nil {
		return err
	}
	r.Load(map[string]any{"patient": patient.Id, "mrn": patient.GetString("mrn"), "user": actor.ID, "ends": now.Add(glassTime), "verdict": ""})
	entry, err := kit.New(e.App, "care_team")
	if err != nil {
		return err
	}
	entry.Load(map[string]any{"patient": patient.Id, "user": actor.ID, "source": string(BreakGlass), "reason": r.GetString("reason"), "starts": now, "ends": now.Add(glassTime)})
	if err := e.App.Save(entry); err != nil {
		return err
	}
	r.Set("entry", entry.Id)
	return e.Next() // which refuses a reason that is none, and undoes all
}

// named is the patient of a request, by id or by record number.
func named(tx core.App, r *core.Record) (patient *core.Record, err error) {
	by, value := "id", r.GetString("patient")
	if value == "" {
		by, value = "mrn", r.GetString("mrn")
	}
	patient, err = tx.FindFirstRecordByData("patients", by, value)
	switch {
	case errors.Is(err, sql.ErrNoRows) && r.GetString("mrn") == "":
		return nil, kit.Invalid("patient", "not_found", "There is no such patient.")
	case errors.Is(err, sql.ErrNoRows), err == nil && r.GetString("mrn") != "" && r.GetString("mrn") != patient.GetString("mrn"):
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
