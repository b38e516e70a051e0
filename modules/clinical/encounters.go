package clinical

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// Encounter is a record of encounters: a doctor's notes of a visit.
type Encounter struct{ *core.Record }

func (e Encounter) appointment() string { return e.GetString("appointment") }
func (e Encounter) amends() string      { return e.GetString("amends") }
func (e Encounter) status() Status      { return Status(e.GetString("status")) }
func (e Encounter) contentHash() string { return e.GetString("content_hash") }

// hasNotes says that at least one of the notes is not blank.
func (e Encounter) hasNotes() bool {
	return slices.ContainsFunc(noteFields, func(field string) bool { return strings.TrimSpace(e.GetString(field)) != "" })
}

func (e Encounter) setAppointment(id string) { e.Set("appointment", id) }

// setSigned sets when it was signed, and the hash that proves it unchanged.
func (e Encounter) setSigned(at time.Time) {
	e.Set("signed_at", at)
	e.Set("content_hash", e.digest())
}

// setOpen writes the fields of a new encounter that follow from its visit.
func (e Encounter) setOpen(visit appointments.Appointment) {
	e.Set("patient", visit.Patient())
	e.Set("doctor", visit.Doctor())
	e.Set("status", string(Open))
	e.Set("version", 1)
	e.Set("signed_at", "")
	e.Set("content_hash", "")
}

// digest is the hash of what a doctor signs. The patient is left out, because a merge of two
// patients changes it.
func (e Encounter) digest() string {
	fields := append([]string{"appointment", "doctor", "status", "follow_up_on", "amends", "signed_at"}, noteFields...)
	return kit.Digest(kit.Content(e.Record, fields...))
}

// OpenEncounter opens the encounter of a visit that was started, unless it has one.
func OpenEncounter(tx core.App, visit *core.Record) error {
	n, err := tx.CountRecords("encounters", dbx.HashExp{"appointment": visit.Id})
	if err != nil || n > 0 {
		return err
	}
	encounter, err := kit.New(tx, "encounters")
	if err != nil {
		return err
	}
	Encounter{encounter}.setAppointment(visit.Id)
	return tx.Save(encounter)
}

func createEncounter(e *core.RecordEvent) error {
	encounter := Encounter{e.Record}
	visit, err := appointments.VisitForWriting(e.App, encounter.appointment(), "write notes on")
	if err != nil {
		return err
	}
	if err := checkAmendment(e.App, encounter); err != nil {
		return err
	}
	encounter.setOpen(visit)
	return e.Next()
}

// checkAmendment refuses to amend an encounter that is of another visit or not signed.
func checkAmendment(tx core.App, amendment Encounter) error {
	if amendment.amends() == "" {
		return nil
	}
	found, err := tx.FindRecordById("encounters", amendment.amends())
	original := Encounter{found}
	if errors.Is(err, sql.ErrNoRows) || err == nil && original.appointment() != amendment.appointment() {
		return kit.Invalid("amends", "not_found", "There is no such encounter of this visit.")
	}
	if err == nil && original.status() != Signed {
		return kit.Conflict("amends", "not_signed", "This encounter is not signed yet. Edit it instead.")
	}
	return err
}

func requireNotes(c kit.Change) error {
	if !(Encounter{c.After}).hasNotes() {
		return kit.Invalid("notes", "required", "The notes are empty. Write them before you sign.")
	}
	return nil
}

func sign(c kit.Change) error {
	Encounter{c.After}.setSigned(kit.Now(c.App))
	return nil
}

// findAlteredEncounters finds the signed encounters that were changed in the database file.
func findAlteredEncounters(app core.App) ([]string, error) {
	return kit.FindViolations(app, "encounters", "status = 'signed' || content_hash != ''",
		func(r *core.Record) (bool, error) {
			e := Encounter{r}
			return e.status() == Signed && e.contentHash() == e.digest(), nil
		})
}
