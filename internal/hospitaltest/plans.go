package hospitaltest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/kit"
)

// Plan is how the database goes about one query.
type Plan struct {
	SQL   string
	Steps []string // in SQLite's words
}

// Plans are the plans of the queries that are made while ask runs, also in
// transactions.
func (h *Hospital) Plans(ask func()) (plans []Plan) {
	h.T.Helper()
	for _, query := range h.Queries(ask) {
		plans = append(plans, Plan{query, h.explain(query)})
	}
	return plans
}

// Queries are the SQL statements that read while ask runs.
func (h *Hospital) Queries(ask func()) (queries []string) {
	h.T.Helper()
	for _, s := range h.Statements(ask) {
		if !s.Writes {
			queries = append(queries, s.SQL)
		}
	}
	return queries
}

// Statement is one SQL statement that was executed.
type Statement struct {
	SQL    string
	Writes bool
}

// Statements are the SQL statements that are executed while ask runs, in order, also
// in transactions, with their parameters filled in.
func (h *Hospital) Statements(ask func()) (statements []Statement) {
	h.T.Helper()
	readers, writer := h.App.ConcurrentDB().(*dbx.DB), h.App.NonconcurrentDB().(*dbx.DB)
	var lock sync.Mutex // a list and its total are read at once
	add := func(sql string, writes bool) {
		lock.Lock()
		defer lock.Unlock()
		statements = append(statements, Statement{sql, writes})
	}
	for _, db := range []*dbx.DB{readers, writer} {
		db.QueryLogFunc = func(_ context.Context, _ time.Duration, sql string, _ *sql.Rows, _ error) { add(sql, false) }
		db.ExecLogFunc = func(_ context.Context, _ time.Duration, sql string, _ sql.Result, _ error) { add(sql, true) }
	}
	ask()
	for _, db := range []*dbx.DB{readers, writer} {
		db.QueryLogFunc, db.ExecLogFunc = nil, nil
	}
	return statements
}

func (h *Hospital) explain(query string) (steps []string) {
	h.T.Helper()
	var rows []struct{ Detail string }
	if err := h.App.ConcurrentDB().NewQuery("EXPLAIN QUERY PLAN " + query).All(&rows); err != nil {
		h.T.Fatalf("explain %s: %v", query, err)
	}
	for _, row := range rows {
		steps = append(steps, row.Detail)
	}
	return steps
}

// Of is the steps that look at a table under its own name, which is where a list
// of it begins: "SCAN bills", or "SEARCH bills USING INDEX …".
func (p Plan) Of(table string) (steps []string) {
	for _, step := range p.Steps {
		if words := strings.Fields(step); len(words) > 1 && words[1] == table {
			steps = append(steps, strings.TrimSpace(step))
		}
	}
	return steps
}

// Strays is the steps that go through all rows of any table, or that an index of
// this one leads to by none of these columns. What a query makes for itself is no table.
func (p Plan) Strays(table string, columns ...string) (steps []string) {
	for _, step := range p.Steps {
		scanned, scan := strings.CutPrefix(step, "SCAN ")
		scanned, rest, _ := strings.Cut(scanned, " ")
		own := scanned == "CONSTANT" || strings.HasPrefix(rest, "VIRTUAL TABLE") || slices.Contains(p.Steps, "CO-ROUTINE "+scanned)
		led := slices.ContainsFunc(columns, func(column string) bool { return strings.Contains(step, "("+column+"=?") })
		if scan && !own || strings.Contains(step, " idx_"+table+"_") && !led {
			steps = append(steps, step)
		}
	}
	return steps
}

// TriggerPlans are the plans of the conditions under which a collection's triggers
// fire.
func (h *Hospital) TriggerPlans(c kit.Collection) (plans []Plan) {
	h.T.Helper()
	for _, trigger := range c.AllTriggers() {
		_, condition, conditional := strings.Cut(trigger.When, " WHEN ")
		if conditional {
			query := fmt.Sprintf("SELECT %s FROM %s NEW JOIN %[2]s OLD ON OLD.id = NEW.id WHERE NEW.id = 'x'", condition, c.Name)
			plans = append(plans, Plan{query, h.explain(query)})
		}
	}
	return plans
}
