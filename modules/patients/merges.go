package patients

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// MergeStatus is the status of a merge.
type MergeStatus string

// The statuses. Undone is final; the two patients can be merged again.
const (
	Merged MergeStatus = "merged"
	Undone MergeStatus = "undone"
)

var mergers = []kit.Role{role.Receptionist, role.Admin}

var merging = kit.Grant{
	Read:   kit.All,
	Create: kit.All, CreateFields: []string{"duplicate", "survivor", "reason"},
	Update: kit.All, UpdateFields: []string{"status"},
}

var merges = kit.Collection{
	Name: "patient_merges",
	Description: "Two patients that turned out to be one person. All records of the duplicate are moved to the " +
		"survivor. Each moved record is listed in patient_merge_items, so that the merge can be undone.",
	Fields: kit.Fields{
		kit.Relation("duplicate", "patients").Required().Presentable().Help("Patient that is given up."),
		kit.Relation("survivor", "patients").Required().Presentable().Help("Patient that is kept."),
		kit.Text("reason", 500).Required().Help("Why the two are one person."),
		kit.Select("status", Merged, Undone).Required().
			Help("Set it to undone to move the records back. That is final."),
		kit.Count("moved").Help("Number of records that were moved."),
		kit.Bool("was_active").Help("Whether the duplicate was active before."),
		kit.Bool("took_account").Help("Whether the survivor had no account and took over the duplicate's."),
		kit.Relation("merged_by", "users").Help("Account that merged them."),
		kit.Relation("undone_by", "users").Help("Account that undid the merge."),
		kit.Instant("undone_at").Help("When the merge was undone."),
	},
	Indexes: []kit.Index{
		{Columns: "duplicate", Unique: true, Where: "status = 'merged'"},
		{Columns: "survivor"},
		{Columns: "created"},
	},
	RoutineFields: []string{"status"},
	Policy:        kit.Policy{role.Receptionist: merging, role.Admin: merging},
}

var mergeItems = kit.Collection{
	Name:        "patient_merge_items",
	Description: "One record that a merge moved from the duplicate to the survivor.",
	Fields: kit.Fields{
		kit.Relation("merge", "patient_merges").Required().Help("Merge that moved the record."),
		kit.Text("of", 100).Required().Help("Collection of the record."),
		kit.Text("record", 15).Required().Help("Id of the record."),
	},
	Indexes:    []kit.Index{{Columns: "merge, of"}},
	AppendOnly: true,
	Policy: kit.Policy{
		role.Receptionist: {Read: kit.All},
		role.Admin:        {Read: kit.All},
	},
}

// merge runs when a merge is created: it moves every row of the duplicate to the survivor,
// in one transaction, and lists the rows so that the merge can be undone.
func merge(e *core.RecordEvent) error {
	tx, m := e.App, Merge{e.Record}
	duplicate, survivor, err := pair(tx, m)
	if err != nil {
		return err
	}
	account := duplicate.User()
	takesAccount := account != "" && survivor.User() == ""
	m.open(kit.ActorOf(e.Record).ID, duplicate, takesAccount)
	if err := e.Next(); err != nil {
		return err
	}
	// A code was given to somebody for one of the two records.
	if err := kit.DeleteAll(tx, "link_codes", dbx.In("patient", duplicate.Id, survivor.Id)); err != nil {
		return err
	}
	tables, err := tablesWithPatient(tx)
	if err != nil {
		return err
	}
	moved := int64(0)
	for _, table := range tables {
		n, err := reassign(tx, table, func() (sql.Result, error) {
			db := tx.NonconcurrentDB()
			_, err := db.NewQuery("INSERT INTO patient_merge_items (id, merge, [[of]], record, created, updated)" +
				" SELECT substr(lower(hex(randomblob(8))), 1, 15), {:merge}, {:of}, id, {:now}, {:now}" +
				" FROM {{" + table + "}} WHERE patient = {:from}").
				Bind(dbx.Params{"merge": m.Id, "of": table, "now": kit.FormatInstant(kit.Now(tx)), "from": duplicate.Id}).
				Execute()
			if err != nil {
				return nil, err
			}
			return db.Update(table, dbx.Params{"patient": survivor.Id}, dbx.HashExp{"patient": duplicate.Id}).Execute()
		})
		if err != nil {
			return err
		}
		moved += n
	}
	m.setMoved(moved)
	update := tx.NonconcurrentDB().Update("patient_merges", dbx.Params{"moved": moved}, dbx.HashExp{"id": m.Id})
	if _, err := update.Execute(); err != nil {
		return err
	}
	kit.ForgetReads(tx)
	if takesAccount {
		survivor.setUser(account)
	}
	duplicate.setActive(false)
	duplicate.setMergedInto(survivor.Id)
	return errors.Join(tx.Save(survivor.Record), tx.Save(duplicate.Record))
}

// pair returns the two records of a merge, if they can be merged.
func pair(tx core.App, m Merge) (duplicate, survivor Patient, err error) {
	if duplicate, err = findUnmerged(tx, "duplicate", m.duplicate()); err != nil {
		return duplicate, survivor, err
	}
	if survivor, err = findUnmerged(tx, "survivor", m.survivor()); err != nil {
		return duplicate, survivor, err
	}
	if duplicate.Id == survivor.Id {
		err = kit.Invalid("survivor", "same_patient", "This is the same record. Choose two different patients.")
	}
	return duplicate, survivor, err
}

func findUnmerged(tx core.App, field, id string) (Patient, error) {
	patient, err := Find(tx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return patient, kit.Invalid(field, "not_found", "There is no such patient.")
	}
	if err == nil && patient.mergedInto() != "" {
		return patient, kit.Conflict(field, "merged", "This record was merged into another already.")
	}
	return patient, err
}

// RejectMerged refuses to add anything to a record that was merged into another. A missing
// record is not refused here, because the validation of the relation does it.
func RejectMerged(tx core.App, patient string) error {
	found, err := Find(tx, patient)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil && found.mergedInto() != "" {
		return kit.WithParams(kit.Conflict("patient", "merged", "This record was merged into another. Use that one."),
			map[string]any{"patient": found.mergedInto()})
	}
	return err
}

// canUndo refuses to undo a merge if the survivor was merged into another record since then.
func canUndo(c kit.Change) error {
	survivor, err := Find(c.App, Merge{c.After}.survivor())
	if err == nil && survivor.mergedInto() != "" {
		return kit.Conflict("status", "merged", "The record was merged into another since then. Undo that merge first.")
	}
	return err
}

// undo moves the rows of the duplicate back, and rows that were linked to them since the
// merge. Other rows that were added since then stay with the survivor.
func undo(c kit.Change) error {
	tx, m := c.App, Merge{c.After}
	duplicate, err := Find(tx, m.duplicate())
	if err != nil {
		return err
	}
	survivor, err := Find(tx, m.survivor())
	if err != nil {
		return err
	}
	tables, err := tablesWithPatient(tx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := reassign(tx, table, func() (sql.Result, error) {
			return tx.NonconcurrentDB().NewQuery("UPDATE {{" + table + "}} SET patient = {:to} WHERE patient = {:from}" +
				" AND id IN (SELECT record FROM patient_merge_items WHERE merge = {:merge} AND [[of]] = {:of})").
				Bind(dbx.Params{"to": duplicate.Id, "from": survivor.Id, "merge": m.Id, "of": table}).Execute()
		}); err != nil {
			return err
		}
	}
	if err := reassignLinked(tx, survivor.Id, duplicate.Id); err != nil {
		return err
	}
	kit.ForgetReads(tx)
	if m.tookAccount() && survivor.User() == duplicate.User() {
		survivor.setUser("")
	}
	duplicate.setActive(m.wasActive())
	duplicate.setMergedInto("")
	return errors.Join(tx.Save(survivor.Record), tx.Save(duplicate.Record))
}
