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

// Plan is the query plan of one query.
type Plan struct {
	SQL   string
	Steps []string // as printed by EXPLAIN QUERY PLAN
}

// Plans returns the plans of the queries executed while ask runs, also in transactions.
func (h *Hospital) Plans(ask func()) (plans []Plan) {
	h.T.Helper()
	for _, query := range h.Queries(ask) {
		plans = append(plans, Plan{query, h.explain(query)})
	}
	return plans
}

// Queries returns the SQL statements that read while ask runs.
func (h *Hospital) Queries(ask func()) (queries []string) {
	h.T.Helper()
	for _, s := range h.Statements(ask) {
		if !s.Writes {
			queries = append(queries, s.SQL)
		}
	}
	return queries
}

// Statement is one executed SQL statement.
type Statement struct {
	SQL    string
	Writes bool
}

// Statements returns the SQL statements executed while ask runs, in order, also in
// transactions, with their parameters filled in. What streams hear because of them belongs to it.
func (h *Hospital) Statements(ask func()) (statements []Statement) {
	h.T.Helper()
	readers, writer := h.App.ConcurrentDB().(*dbx.DB), h.App.NonconcurrentDB().(*dbx.DB)
	var lock sync.Mutex // a list and its total are read concurrently
	add := func(sql string, writes bool) {
		lock.Lock()
		defer lock.Unlock()
		statements = append(statements, Statement{sql, writes})
	}
	h.Deliver()
	for _, db := range []*dbx.DB{readers, writer} {
		db.QueryLogFunc = func(_ context.Context, _ time.Duration, sql string, _ *sql.Rows, _ error) { add(sql, false) }
		db.ExecLogFunc = func(_ context.Context, _ time.Duration, sql string, _ sql.Result, _ error) { add(sql, true) }
	}
	ask()
	h.Deliver()
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

// Of returns the steps that read a table under its own name, as a list of it does:
// "SCAN bills" or "SEARCH bills USING INDEX …".
func (p Plan) Of(table string) (steps []string) {
	for _, step := range p.Steps {
		if words := strings.Fields(step); len(words) > 1 && words[1] == table {
			steps = append(steps, strings.TrimSpace(step))
		}
	}
	return steps
}

// FullScans returns the steps that read all rows of a stored table, or that use an index
// of this table by none of these columns.
func (p Plan) FullScans(table string, columns ...string) (steps []string) {
	for _, step := range p.Steps {
		scanned, scan := strings.CutPrefix(step, "SCAN ")
		scanned, rest, _ := strings.Cut(scanned, " ")
		own := scanned == "CONSTANT" || strings.HasPrefix(rest, "VIRTUAL TABLE") ||
			slices.Contains(p.Steps, "CO-ROUTINE "+scanned)
		led := slices.ContainsFunc(columns, func(column string) bool { return strings.Contains(step, "("+column+"=?") })
		if scan && !own || strings.Contains(step, " idx_"+table+"_") && !led {
			steps = append(steps, step)
		}
	}
	return steps
}

// TriggerPlans returns the plans of the conditions of a collection's triggers.
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
