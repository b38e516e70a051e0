package audit

import (
	"hospital/internal/kit"
	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"
)

// Rule says why reading is unusual.
type Rule string

// The rules.
const (
	ManyPatients Rule = "many_patients"
	FamilyName   Rule = "same_family_name"
	VIP          Rule = "vip"
	Colleague    Rule = "colleague"
)

// unusualReads are made from the audit log after the fact. Access is not refused: an admin asks
// for the reason.
var unusualReads = kit.Collection{
	Name: "unusual_reads",
	Description: "Reading that an admin reviews: of many patients, of somebody with the reader's family name, of a " +
		"VIP, or of a colleague. There is one record a day for each reader, patient and rule.",
	Fields: kit.Fields{
		kit.Relation("reader", "users").Required().Presentable().Help("Account that read."),
		kit.Relation("patient", "patients").Help("Patient whose record was read. Empty for many_patients."),
		kit.Select("rule", ManyPatients, FamilyName, VIP, Colleague).Required().Presentable().
			Help("Why it is unusual."),
		kit.Day("day").Required().Help("Day in the hospital's time zone."),
		kit.Instant("first_at").Required().Help("When it was first read that day."),
		kit.Instant("last_at").Required().Help("When it was last read that day."),
		kit.Count("count").Help("How often it was read that day; for many_patients how many patients were."),
		kit.Text("key", 120).Help("Reader, patient at that time, rule and day. Unique."),
		kit.Select[string]("verdict", "justified", "unjustified").
			Help("Verdict of the admin who reviewed it. Empty until then."),
		kit.Text("review_note", 1000).Help("Note of the admin who reviewed it."),
		kit.Relation("reviewed_by", "users").Help("Admin who reviewed it."),
		kit.Instant("reviewed_at").Help("When it was reviewed."),
	},
	Indexes: []kit.Index{
		{Columns: "key", Unique: true},
		{Columns: "verdict, created"},
		{Columns: "patient"},
		{Columns: "reader"},
	},
	Policy: kit.Policy{
		role.Admin: {Read: kit.All, Update: kit.All, UpdateFields: []string{"verdict", "review_note"}},
	},
}

// UnusualRead is a record of unusual_reads: reading that an admin reviews.
type UnusualRead struct{ *core.Record }

func (u UnusualRead) reader() string { return u.GetString("reader") }

var lifecycle = kit.Lifecycle{
	Collection: "unusual_reads", Noun: "an unusual read", Field: "verdict",
	Transitions: kit.Transitions[string]{{Action: "review", When: kit.AnyChange, Guard: notOwn, Stamp: "reviewed"}},
}

// notOwn refuses that admins review what they read themselves.
func notOwn(c kit.Change) error {
	if (UnusualRead{c.Before}).reader() == c.Actor.ID {
		return kit.Forbidden("verdict", "not_allowed", "Another admin reviews what you have read.")
	}
	return nil
}
