package prescriptions

import (
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// Prescription is a record of prescriptions: the drugs that a doctor prescribes during a visit.
type Prescription struct{ *core.Record }

func (p Prescription) appointment() string    { return p.GetString("appointment") }
func (p Prescription) patient() string        { return p.GetString("patient") }
func (p Prescription) doctor() string         { return p.GetString("doctor") }
func (p Prescription) number() string         { return p.GetString("number") }
func (p Prescription) status() Status         { return Status(p.GetString("status")) }
func (p Prescription) replaces() string       { return p.GetString("replaces") }
func (p Prescription) validUntil() string     { return p.GetString("valid_until") }
func (p Prescription) overrideReason() string { return p.GetString("override_reason") }
func (p Prescription) cancelReason() string   { return p.GetString("cancel_reason") }
func (p Prescription) contentHash() string    { return p.GetString("content_hash") }

func (p Prescription) setStatus(s Status)        { p.Set("status", string(s)) }
func (p Prescription) setWarnings(text string)   { p.Set("warnings", text) }
func (p Prescription) setContentHash(sum string) { p.Set("content_hash", sum) }

// setDraft writes the fields of a new draft that follow from its visit.
func (p Prescription) setDraft(visit appointments.Appointment) {
	p.Set("patient", visit.Patient())
	p.Set("doctor", visit.Doctor())
	p.setStatus(Draft)
	p.Set("version", 1)
	for _, field := range []string{"number", "issued_at", "warnings", "content_hash"} {
		p.Set(field, "")
	}
}

func (p Prescription) setIssued(number string, at time.Time) {
	p.Set("number", number)
	p.Set("issued_at", at)
}

// digest is the hash of what is issued. The patient is left out, because a merge of two patients
// changes it.
func (p Prescription) digest(items []Item) string {
	contents := [][]string{kit.Content(p.Record, "number", "appointment", "doctor", "replaces", "issued_at",
		"valid_until", "notes", "warnings", "override_reason")}
	for _, i := range items {
		contents = append(contents, kit.Content(i.Record, drugFields...))
	}
	return kit.Digest(contents...)
}

// CancelDrafts cancels the drafts of a visit that was cancelled.
func CancelDrafts(tx core.App, visit *core.Record) error {
	drafts, err := tx.FindAllRecords("prescriptions",
		dbx.HashExp{"appointment": visit.Id, "status": string(Draft)})
	for _, draft := range drafts {
		Prescription{draft}.setStatus(Cancelled)
		err = errors.Join(err, tx.Save(draft))
	}
	return err
}

// findAltered finds the issued prescriptions that were changed in the database file.
func findAltered(app core.App) ([]string, error) {
	return kit.FindViolations(app, "prescriptions", "issued_at != '' || content_hash != ''",
		func(r *core.Record) (bool, error) {
			p := Prescription{r}
			items, err := findItems(app, p.Id)
			return p.digest(items) == p.contentHash(), err
		})
}
