package prescriptions

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// createPrescription is the law for a new draft: of a visit of one's own, and perhaps in place
// of a prescription of the same patient.
func createPrescription(e *core.RecordEvent) error {
	r := e.Record
	visit, err := appointments.VisitForWriting(e.App, r.GetString("appointment"), "prescribe in")
	if err != nil {
		return err
	}
	r.Load(map[string]any{"patient": visit.Patient(), "doctor": visit.Doctor(), "status": string(Draft), "version": 1,
		"number": "", "issued_at": "", "warnings": "", "content_hash": ""})
	if _, err := findReplaced(e.App, r); err != nil {
		return err
	}
	return e.Next()
}

// findReplaced is the issued prescription in whose place another is to be; nil for none.
func findReplaced(tx core.App, r *core.Record) (*core.Record, error) {
	if r.GetString("replaces") == "" {
		return nil, nil
	}
	old, err := tx.FindRecordById("prescriptions", r.GetString("replaces"))
	if errors.Is(err, sql.ErrNoRows) || err == nil && (old.GetString("patient") != r.GetString("patient") || old.GetString("doctor") != r.GetString("doctor")) {
		return nil, kit.Invalid("replaces", "not_found", "You have issued no such prescription to this patient.")
	}
	if err == nil && old.GetString("status") != string(Issued) {
		return nil, kit.Conflict("replaces", "invalid_transition", "You cannot replace a prescription that is "+old.GetString("status")+".")
	}
	return old, err
}

// issue gives it a number, takes the place of what it replaces, and freezes it.
func issue(c kit.Change) error {
	r := c.After
	old, err := findReplaced(c.App, r)
	if err != nil {
		return err
	}
	n, err := hospital.NextNumber(c.App, "prescriptions")
	if err != nil {
		return err
	}
	r.Set("number", fmt.Sprintf("RX-%06d", n))
	r.Set("issued_at", kit.Now(c.App))
	sum, err := digest(c.App, r)
	if err != nil {
		return err
	}
	r.Set("content_hash", sum)
	if old != nil {
		old.Set("status", string(Superseded))
		if err := c.App.Save(old); err != nil {
			return err
		}
	}
	return nil
}

// checkIssue refuses what has no drugs, is past its time, or has something known
// against it that nobody has answered.
func checkIssue(c kit.Change) error {
	drugs, err := findItems(c.App, c.After.Id)
	if err != nil {
		return err
	}
	if len(drugs) == 0 {
		return kit.Invalid("status", "no_items", "A prescription needs at least one drug.")
	}
	settings, err := hospital.Of(c.App)
	if err != nil {
		return err
	}
	today := scheduling.Today(kit.Now(c.App), settings.Zone()).Format(time.DateOnly)
	if until := c.After.GetString("valid_until"); until != "" && until < today {
		return kit.Invalid("valid_until", "in_the_past", "A prescription cannot have ended before it is issued.")
	}
	known, err := findWarnings(c.App, c.After, drugs, today)
	if err != nil {
		return err
	}
	c.After.Set("warnings", formatWarnings(known))
	if len(known) > 0 && c.After.GetString("override_reason") == "" {
		return kit.WithParams(kit.Conflict("override_reason", "drug_warning", "There is something against this prescription: "+known[0].String()+" Change it, or say why it is right."),
			map[string]any{"warnings": known})
	}
	return nil
}

func requireCancelReason(c kit.Change) error {
	if c.After.GetString("cancel_reason") == "" {
		return kit.Invalid("cancel_reason", "required", "Say why it is cancelled.")
	}
	return nil
}

// findItems are the drugs of a prescription, in the order in which they were written.
func findItems(app core.App, prescription string) ([]*core.Record, error) {
	return app.FindRecordsByFilter("prescription_items", "prescription = {:p} && removed = false", "created,id", 0, 0, dbx.Params{"p": prescription})
}

// digest is of all that is issued. Whose it is stands in the visit, so that it
// also holds when two records of one patient are merged.
func digest(app core.App, r *core.Record) (string, error) {
	drugs, err := findItems(app, r.Id)
	if err != nil {
		return "", err
	}
	said := [][]string{kit.Content(r, "number", "appointment", "doctor", "replaces", "issued_at", "valid_until", "notes", "warnings", "override_reason")}
	for _, d := range drugs {
		said = append(said, kit.Content(d, drugFields...))
	}
	return kit.Digest(said...), nil
}

// CancelDrafts cancels what was drafted in a visit that does not take place.
func CancelDrafts(tx core.App, visit *core.Record) error {
	drafts, err := tx.FindAllRecords("prescriptions", dbx.HashExp{"appointment": visit.Id, "status": string(Draft)})
	for _, d := range drafts {
		d.Set("status", string(Cancelled))
		err = errors.Join(err, tx.Save(d))
	}
	return err
}
