package patients

import (
	"database/sql"
	"errors"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
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
	Policy: kit.Policy{role.Receptionist: merging, role.Admin: merging},
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

// merge moves all records of the duplicate to the survivor in one transaction, and lists what
// it moved.
func merge(e *core.RecordEvent) error {
	r, actor := e.Record, kit.ActorOf(e.Record)
	duplicate, survivor, err := pair(e.App, r)
	if err != nil {
		return err
	}
	account := duplicate.GetString("user")
	took := account != "" && survivor.GetString("user") == ""
	r.Load(map[string]any{"status": string(Merged), "merged_by": actor.ID, "was_active": duplicate.GetBool("active"), "took_account": took, "moved": 0})
	if err := e.Next(); err != nil {
		return err
	}
	tables, err := pointing(e.App)
	if err != nil {
		return err
	}
	moved := int64(0)
	for _, table := range tables {
		n, err := move(e.App, table, func() (sql.Result, error) {
			_, err := e.App.NonconcurrentDB().NewQuery("INSERT INTO patient_merge_items (id, merge, [[of]], record, created, updated)" +
				" SELECT substr(lower(hex(randomblob(8))), 1, 15), {:merge}, {:of}, id, {:now}, {:now} FROM {{" + table + "}} WHERE patient = {:from}").
				Bind(dbx.Params{"merge": r.Id, "of": table, "now": kit.FormatInstant(kit.Now(e.App)), "from": duplicate.Id}).Execute()
			if err != nil {
				return nil, err
			}
			return e.App.NonconcurrentDB().Update(table, dbx.Params{"patient": survivor.Id}, dbx.HashExp{"patient": duplicate.Id}).Execute()
		})
		if err != nil {
			return err
		}
		moved += n
	}
	r.Set("moved", moved)
	if _, err := e.App.NonconcurrentDB().Update("patient_merges", dbx.Params{"moved": moved}, dbx.HashExp{"id": r.Id}).Execute(); err != nil {
		return err
	}
	kit.ForgetReads(e.App)
	if took {
		survivor.Set("user", account)
	}
	duplicate.Load(map[string]any{"active": false, "merged_into": survivor.Id})
	return errors.Join(e.App.Save(survivor), e.App.Save(duplicate))
}

// pair finds the two patients and refuses those that cannot be merged.
func pair(tx core.App, r *core.Record) (duplicate, survivor *core.Record, err error) {
	both := map[string]*core.Record{}
	for _, field := range []string{"duplicate", "survivor"} {
		found, err := tx.FindRecordById("patients", r.GetString(field))
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil, kit.Invalid(field, "not_found", "There is no such patient.")
		}
		if err != nil {
			return nil, nil, err
		}
		if found.GetString("merged_into") != "" {
			return nil, nil, kit.Conflict(field, "merged", "This record was merged into another already.")
		}
		both[field] = found
	}
	if r.GetString("duplicate") == r.GetString("survivor") {
		return nil, nil, kit.Invalid("survivor", "same_patient", "These are one record already.")
	}
	return both["duplicate"], both["survivor"], nil
}

// canUndo refuses when the surviving record was merged further.
func canUndo(c kit.Change) error {
	survivor, err := c.App.FindRecordById("patients", c.After.GetString("survivor"))
	if err == nil && survivor.GetString("merged_into") != "" {
		return kit.Conflict("status", "merged", "The record was merged further since. Undo that first.")
	}
	return err
}

// moveBack gives the duplicate what the merge moved, with what was noted of that
// since. What else was noted stays with the survivor.
func moveBack(c kit.Change) error {
	tx, r := c.App, c.After
	duplicate, err := tx.FindRecordById("patients", r.GetString("duplicate"))
	if err != nil {
		return err
	}
	survivor, err := tx.FindRecordById("patients", r.GetString("survivor"))
	if err != nil {
		return err
	}
	tables, err := pointing(tx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := move(tx, table, func() (sql.Result, error) {
			return tx.NonconcurrentDB().NewQuery("UPDATE {{" + table + "}} SET patient = {:to} WHERE patient = {:from}" +
				" AND id IN (SELECT record FROM patient_merge_items WHERE merge = {:merge} AND [[of]] = {:of})").
				Bind(dbx.Params{"to": duplicate.Id, "from": survivor.Id, "merge": r.Id, "of": table}).Execute()
		}); err != nil {
			return err
		}
	}
	if err := follow(tx, survivor.Id, duplicate.Id); err != nil {
		return err
	}
	kit.ForgetReads(tx)
	if r.GetBool("took_account") && survivor.GetString("user") == duplicate.GetString("user") {
		survivor.Set("user", "")
	}
	duplicate.Load(map[string]any{"active": r.GetBool("was_active"), "merged_into": ""})
	return errors.Join(tx.Save(survivor), tx.Save(duplicate))
}
