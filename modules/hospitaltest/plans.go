package hospitaltest

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
)

// Plan is how the database goes about one query.
type Plan struct {
	SQL   string
	Steps []string // in SQLite's words
}

// Plans are the plans of the queries that are made while ask runs.
func (h *Hospital) Plans(ask func()) (plans []Plan) {
	h.T.Helper()
	db := h.App.ConcurrentDB().(*dbx.DB)
	var lock sync.Mutex // a list and its total are asked for at once
	var queries []string
	db.QueryLogFunc = func(_ context.Context, _ time.Duration, sql string, _ *sql.Rows, _ error) {
		lock.Lock()
		defer lock.Unlock()
		queries = append(queries, sql)
	}
	ask()
	db.QueryLogFunc = nil
	for _, query := range queries {
		plans = append(plans, Plan{query, h.explain(query)})
	}
	return plans
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
