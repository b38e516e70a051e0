package clinical

import (
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// OpenEncounter opens the encounter of a visit that the doctor starts, unless there is one.
func OpenEncounter(tx core.App, started *core.Record) error {
	n, err := tx.CountRecords("encounters", dbx.HashExp{"appointment": started.Id})
	if err != nil || n > 0 {
		return err
	}
	encounter, err := kit.New(tx, "encounters")
	if err != nil {
		return err
	}
	encounter.Set("appointment", started.Id)
	return tx.Save(encounter)
}

// createEncounter is the law for a new encounter: of a visit that was approved, or an
// amendment of a signed one.
func createEncounter(e *core.RecordEvent) error {
	r := e.Record
	visit, err := appointments.VisitForWriting(e.App, r.GetString("appointment"), "write notes on")
	if err != nil {
		return err
	}
	if err := checkAmendment(e.App, r); err != nil {
		return err
	}
	r.Load(map[string]any{"patient": visit.Patient(), "doctor": visit.Doctor(), "status": string(Open), "version": 1, "signed_at": "", "content_hash": ""})
	return e.Next()
}

func checkAmendment(tx core.App, r *core.Record) error {
	if r.GetString("amends") == "" {
		return nil
	}
	original, err := tx.FindRecordById("encounters", r.GetString("amends"))
	if errors.Is(err, sql.ErrNoRows) || err == nil && original.GetString("appointment") != r.GetString("appointment") {
		return kit.Invalid("amends", "not_found", "There is no such encounter of this visit.")
	}
	if err == nil && original.GetString("status") != string(Signed) {
		return kit.Conflict("amends", "not_signed", "What is not signed yet can be changed as it is.")
	}
	return err
}

// requireNotes refuses to sign nothing.
func requireNotes(c kit.Change) error {
	if !slices.ContainsFunc(notes, func(field string) bool { return strings.TrimSpace(c.After.GetString(field)) != "" }) {
		return kit.Invalid("notes", "required", "There is nothing to sign yet.")
	}
	return nil
}

// digest is of what a doctor signs. Whose it is stands in the visit, so that it
// also holds when two records of one patient are merged.
func digest(r *core.Record) string {
	return kit.Digest(kit.Content(r, append([]string{"appointment", "doctor", "status", "follow_up_on", "amends", "signed_at"}, notes...)...))
}
