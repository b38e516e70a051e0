package patients

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// reassignLinked moves the rows of one patient that point to rows of another, such as notes
// to a visit and payments to a bill. It repeats until no such row is left, because moved
// rows may be targets themselves.
func reassignLinked(tx core.App, from, to string) error {
	all, err := links(tx)
	if err != nil {
		return err
	}
	for reassigned := int64(-1); reassigned != 0; {
		reassigned = 0
		for _, link := range all {
			where := " WHERE patient = {:from} AND [[" + link.column + "]] IN" +
				" (SELECT id FROM {{" + link.target + "}} WHERE patient = {:to})"
			both := dbx.Params{"from": from, "to": to}
			var waiting int
			count := tx.DB().NewQuery("SELECT COUNT(*) FROM {{" + link.table + "}}" + where).Bind(both)
			if err := count.Row(&waiting); err != nil {
				return err
			}
			if waiting == 0 {
				continue
			}
			n, err := reassign(tx, link.table, func() (sql.Result, error) {
				return tx.NonconcurrentDB().NewQuery("UPDATE {{" + link.table + "}} SET patient = {:to}" +
					where).Bind(both).Execute()
			})
			if err != nil {
				return err
			}
			reassigned += n
		}
	}
	return nil
}

// link is a relation between two tables whose rows belong to a patient.
type link struct{ table, column, target string }

func links(app core.App) (all []link, err error) {
	tables, err := tablesWithPatient(app)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		c, err := app.FindCachedCollectionByNameOrId(table)
		if err != nil {
			return nil, err
		}
		for _, f := range c.Fields {
			r, ok := f.(*core.RelationField)
			if !ok {
				continue
			}
			target, err := app.FindCachedCollectionByNameOrId(r.CollectionId)
			if err != nil {
				return nil, err
			}
			if slices.Contains(tables, target.Name) {
				all = append(all, link{table, r.Name, target.Name})
			}
		}
	}
	return all, nil
}

// tablesWithPatient returns the tables whose rows belong to a patient.
func tablesWithPatient(app core.App) (tables []string, err error) {
	err = app.DB().NewQuery("SELECT t.name FROM sqlite_master t, pragma_table_info(t.name) c" +
		" WHERE t.type = 'table' AND c.name = 'patient'" +
		" AND t.name NOT IN ('audit_log', 'audit_log_patients') ORDER BY t.name"). // the audit log is history and is not changed
		Column(&tables)
	return tables, err
}

// reassign runs an update of the patient column while the triggers that make rows of the
// table immutable are dropped. SQLite's schema is part of the transaction: other
// connections still see the triggers, and a failure restores them. The triggers against
// overlapping visits are not dropped.
func reassign(tx core.App, table string, update func() (sql.Result, error)) (int64, error) {
	db := tx.NonconcurrentDB()
	var dropped []struct{ Name, SQL string }
	err := db.NewQuery("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = {:table}" +
		" AND sql LIKE '%BEFORE UPDATE%' AND (sql LIKE '%''frozen''%' OR sql LIKE '%''append_only''%')").
		Bind(dbx.Params{"table": table}).All(&dropped)
	if err != nil {
		return 0, err
	}
	for _, t := range dropped {
		if _, err := db.NewQuery("DROP TRIGGER [[" + t.Name + "]]").Execute(); err != nil {
			return 0, err
		}
	}
	result, err := update()
	if err != nil && strings.Contains(err.Error(), "constraint failed: patient_busy") {
		return 0,
			kit.Conflict("duplicate", "patient_busy",
				"Both records have a visit at the same time. Cancel or move one of them first.")
	}
	if err != nil {
		return 0, fmt.Errorf("reassign the %s of a patient: %w", table, err)
	}
	for _, t := range dropped {
		if _, err := db.NewQuery(t.SQL).Execute(); err != nil {
			return 0, fmt.Errorf("restore trigger %s: %w", t.Name, err)
		}
	}
	return result.RowsAffected()
}

// leftBehind returns the ids of rows that belong to a merged patient. CROSS JOIN keeps SQLite from
// looking up the patient of each row: few patients are merged.
func leftBehind(app core.App) (ids []string, err error) {
	tables, err := tablesWithPatient(app)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		var left []string
		err := app.DB().NewQuery("SELECT t.id FROM patients p CROSS JOIN {{" + table + "}} t" +
			" WHERE p.merged_into != '' AND t.patient = p.id").Column(&left)
		if err != nil {
			return nil, err
		}
		ids = append(ids, left...)
	}
	return ids, nil
}
