package notices

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// LinkKind is what happened to the account of a patient's record.
type LinkKind string

// The kinds of link notices.
const (
	Linked   LinkKind = "linked"
	Unlinked LinkKind = "unlinked"
)

var linkNotices = kit.Collection{
	Name: "link_notices",
	Description: "A message that another account manages a patient's record, to the account that manages it now and " +
		"to the one that no longer does. It is in the portal at once, and sent by email.",
	Fields: append(kit.Fields{
		kit.Relation("user", "users").
			Help("Account that is told. Empty: the patient's own email address, of a record that had no account."),
		kit.Relation("patient", "patients").Required().
			Help("Patient whose record it is; of a record that was merged into another, that one."),
		kit.Text("mrn", 20).Help("Medical record number of the record."),
		kit.Select("kind", Linked, Unlinked).Required().
			Help("Linked: the account manages the record now. Unlinked: it no longer does."),
	}, delivery.Fields(outbox.MailHelp)...),
	Indexes: []kit.Index{{Columns: "user, created"}, {Columns: "patient"}, delivery.Index()},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("user"), HiddenFields: []string{"attempts", "next_try_at", "error"}},
		role.Admin:   {Read: kit.All},
	},
}

// LinkNotice is a record of link_notices: it tells of another account of a patient's record.
type LinkNotice struct{ *core.Record }

func (n LinkNotice) user() string    { return n.GetString("user") }
func (n LinkNotice) patient() string { return n.GetString("patient") }
func (n LinkNotice) mrn() string     { return n.GetString("mrn") }
func (n LinkNotice) kind() LinkKind  { return LinkKind(n.GetString("kind")) }

func (n LinkNotice) fill(user string, patient patients.Patient, kind LinkKind) {
	n.Set("user", user)
	n.Set("patient", patient.Current())
	n.Set("mrn", patient.MRN())
	n.Set("kind", string(kind))
}

// NotifyAccounts tells the account that managed a patient and the one that manages it now. Where there
// was none, the patient is told at their own address.
func NotifyAccounts(tx core.App, changed *core.Record) error {
	patient := patients.Patient{Record: changed}
	before, now, err := patients.AccountChange(tx, changed)
	if err != nil || before == now {
		return err
	}
	if before != "" {
		if err := tellAccount(tx, before, patient, Unlinked); err != nil {
			return err
		}
	}
	if now == "" {
		return nil
	}
	if err := tellAccount(tx, now, patient, Linked); err != nil {
		return err
	}
	if before == "" && changed.Email() != "" {
		return tellAccount(tx, "", patient, Linked)
	}
	return nil
}

func tellAccount(tx core.App, user string, patient patients.Patient, kind LinkKind) error {
	notice, err := kit.New(tx, "link_notices")
	if err != nil {
		return err
	}
	LinkNotice{notice}.fill(user, patient, kind)
	delivery.SetPending(notice, kit.Now(tx))
	if err := tx.Save(notice); err != nil {
		return fmt.Errorf("link notice of patient %s: %w", patient.Id, err)
	}
	return nil
}
