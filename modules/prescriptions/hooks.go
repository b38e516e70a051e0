package prescriptions

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

var states = kit.States{
	{"issue", at(Draft), string(Issued), by(role.Doctor), issuable},
	{"discard", at(Draft), string(Cancelled), by(role.Doctor, kit.System), nil},
	{"cancel", at(Issued), string(Cancelled), by(role.Doctor), explained},
	{"supersede", at(Issued), string(Superseded), by(kit.System), nil},
	{"edit", at(Draft), "", by(role.Doctor), nil},
}

func by(roles ...kit.Role) []kit.Role { return roles }

func at(s Status) []string { return []string{string(s)} }

// verb names what a new status means.
func verb(before, after *core.Record) string {
	from, to := Status(before.GetString("status")), Status(after.GetString("status"))
	switch {
	case from == to:
		return "edit"
	case to == Issued:
		return "issue"
	case to == Superseded:
		return "supersede"
	case to == Cancelled && from == Draft:
		return "discard"
	case to == Cancelled:
		return "cancel"
	}
	return "reopen" // in no row
}

// begin is the law for a new draft: of a visit of one's own, and perhaps in place
// of a prescription of the same patient.
func begin(e *core.RecordEvent) error {
	r := e.Record
	visit, err := appointments.Attended(e.App, r.GetString("appointment"), "prescribe in")
	if err != nil {
		return err
	}
	r.Load(map[string]any{"patient": visit.Patient(), "doctor": visit.Doctor(), "status": string(Draft), "version": 1,
		"number": "", "issued_at": "", "warnings": "", "content_hash": ""})
	if _, err := replaced(e.App, r); err != nil {
		return err
	}
	return e.Next()
}

// replaced is the issued prescription in whose place another is to be; nil for none.
func replaced(tx core.App, r *core.Record) (*core.Record, error) {
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

// change is the law for what happens to it later.
func change(e *core.RecordEvent, before *core.Record) error {
	r, actor := e.Record, kit.ActorOf(e.Record)
	if err := kit.CheckVersion(before, r, "this prescription"); err != nil {
		return err
	}
	if !kit.Changed(before, r) {
		return e.Next()
	}
	did := verb(before, r)
	if err := states.Check(did, "a prescription", kit.Move{App: e.App, Actor: actor, Before: before, After: r}); err != nil {
		return err
	}
	r.Set("version", before.GetInt("version")+1)
	switch did {
	case "issue":
		return issue(e)
	case "cancel", "discard":
		r.Set("cancelled_by", actor.ID)
		r.Set("cancelled_at", kit.Now(e.App))
	}
	return e.Next()
}

// issue gives it a number, takes the place of what it replaces, and freezes it.
func issue(e *core.RecordEvent) error {
	r := e.Record
	old, err := replaced(e.App, r)
	if err != nil {
		return err
	}
	n, err := hospital.NextNumber(e.App, "prescriptions")
	if err != nil {
		return err
	}
	r.Set("number", fmt.Sprintf("RX-%06d", n))
	r.Set("issued_at", kit.Now(e.App))
	sum, err := digest(e.App, r)
	if err != nil {
		return err
	}
	r.Set("content_hash", sum)
	if old != nil {
		old.Set("status", string(Superseded))
		if err := e.App.Save(old); err != nil {
			return err
		}
	}
	return e.Next()
}

// issuable refuses what has no drugs, is past its time, or has something known
// against it that nobody has answered.
func issuable(m kit.Move) error {
	drugs, err := itemsOf(m.App, m.After.Id)
	if err != nil {
		return err
	}
	if len(drugs) == 0 {
		return kit.Invalid("status", "no_items", "A prescription needs at least one drug.")
	}
	settings, err := hospital.Of(m.App)
	if err != nil {
		return err
	}
	today := scheduling.Today(kit.Now(m.App), settings.Zone()).Format(time.DateOnly)
	if until := m.After.GetString("valid_until"); until != "" && until < today {
		return kit.Invalid("valid_until", "in_the_past", "A prescription cannot have ended before it is issued.")
	}
	known, err := against(m.App, m.After, drugs, today)
	if err != nil {
		return err
	}
	m.After.Set("warnings", told(known))
	if len(known) > 0 && m.After.GetString("override_reason") == "" {
		return kit.WithParams(kit.Conflict("override_reason", "drug_warning", "There is something against this prescription: "+known[0].String()+" Change it, or say why it is right."),
			map[string]any{"warnings": known})
	}
	return nil
}

func explained(m kit.Move) error {
	if m.After.GetString("cancel_reason") == "" {
		return kit.Invalid("cancel_reason", "required", "Say why it is cancelled.")
	}
	return nil
}

// itemsOf are the drugs of a prescription, in the order in which they were written.
func itemsOf(app core.App, prescription string) ([]*core.Record, error) {
	return app.FindRecordsByFilter("prescription_items", "prescription = {:p} && removed = false", "created,id", 0, 0, dbx.Params{"p": prescription})
}

// digest is of all that is issued. Whose it is stands in the visit, so that it
// also holds when two records of one patient are merged.
func digest(app core.App, r *core.Record) (string, error) {
	drugs, err := itemsOf(app, r.Id)
	if err != nil {
		return "", err
	}
	said := [][]string{kit.Content(r, "number", "appointment", "doctor", "replaces", "issued_at", "valid_until", "notes", "warnings", "override_reason")}
	for _, d := range drugs {
		said = append(said, kit.Content(d, drug...))
	}
	return kit.Digest(said...), nil
}

// DropDrafts cancels what was drafted in a visit that does not take place.
func DropDrafts(tx core.App, visit *core.Record) error {
	drafts, err := tx.FindAllRecords("prescriptions", dbx.HashExp{"appointment": visit.Id, "status": string(Draft)})
	for _, d := range drafts {
		d.Set("status", string(Cancelled))
		err = errors.Join(err, tx.Save(d))
	}
	return err
}
