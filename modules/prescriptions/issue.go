package prescriptions

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// createPrescription makes a new prescription a draft of its visit's patient and doctor.
func createPrescription(e *core.RecordEvent) error {
	p := Prescription{e.Record}
	visit, err := appointments.VisitForWriting(e.App, p.appointment(), "prescribe in")
	if err != nil {
		return err
	}
	p.setDraft(visit)
	if _, err := findReplaced(e.App, p); err != nil {
		return err
	}
	return e.Next()
}

// findReplaced returns the issued prescription that p replaces, or a zero one if it replaces none.
func findReplaced(tx core.App, p Prescription) (replaced Prescription, err error) {
	if p.replaces() == "" {
		return replaced, nil
	}
	found, err := tx.FindRecordById("prescriptions", p.replaces())
	replaced = Prescription{found}
	if errors.Is(err, sql.ErrNoRows) ||
		err == nil && (replaced.patient() != p.patient() || replaced.doctor() != p.doctor()) {
		return replaced, kit.Invalid("replaces", "not_found", "You have issued no such prescription to this patient.")
	}
	if err == nil && replaced.status() != Issued {
		return replaced, kit.Conflict("replaces", "invalid_transition",
			fmt.Sprintf("You cannot replace a prescription that is %s.", replaced.status()))
	}
	return replaced, err
}

// checkIssue refuses a prescription that has no drugs, that is no longer valid, or that has
// warnings and no reason to override them.
func checkIssue(c kit.Change) error {
	p := Prescription{c.After}
	items, err := findItems(c.App, p.Id)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return kit.Invalid("status", "no_items", "The prescription has no drugs. Add at least one.")
	}
	settings, err := hospital.Of(c.App)
	if err != nil {
		return err
	}
	today := scheduling.Today(kit.Now(c.App), settings.Zone()).Format(time.DateOnly)
	if p.validUntil() != "" && p.validUntil() < today {
		return kit.Invalid("valid_until", "in_the_past", "The last day of the prescription cannot be in the past.")
	}
	warnings, err := findWarnings(c.App, p, items, today)
	if err != nil {
		return err
	}
	p.setWarnings(formatWarnings(warnings))
	if len(warnings) > 0 && p.overrideReason() == "" {
		refusal := kit.Conflict("override_reason", "drug_warning", "This prescription has a warning: "+
			warnings[0].String()+" Change the prescription, or enter the reason to issue it nevertheless.")
		return kit.WithParams(refusal, map[string]any{"warnings": warnings})
	}
	return nil
}

// issue numbers a prescription, stores the hash that proves it unchanged, and supersedes the one
// that it replaces.
func issue(c kit.Change) error {
	p := Prescription{c.After}
	replaced, err := findReplaced(c.App, p)
	if err != nil {
		return err
	}
	n, err := hospital.NextNumber(c.App, "prescriptions")
	if err != nil {
		return err
	}
	items, err := findItems(c.App, p.Id)
	if err != nil {
		return err
	}
	p.setIssued(fmt.Sprintf("RX-%06d", n), kit.Now(c.App))
	p.setContentHash(p.digest(items))
	if replaced.Record == nil {
		return nil
	}
	replaced.setStatus(Superseded)
	return c.App.Save(replaced.Record)
}

func requireCancelReason(c kit.Change) error {
	if (Prescription{c.After}).cancelReason() == "" {
		return kit.Invalid("cancel_reason", "required", "Enter the reason to cancel it.")
	}
	return nil
}
