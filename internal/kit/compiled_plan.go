package kit

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
)

// planKey identifies the queries of a compiled read that differ in values only. Filters of clients and rules of
// scopes are parsed for each request; queries with them have none.
type planKey struct {
	kind        planKind
	sort        string
	page, limit int
}

type planKind int

const (
	unplanned planKind = iota // the values are of one request
	viewPlan
	listPlan
	totalPlan
	idsPlan // of the records that others expand to
)

// plan is the SQL of a query as the driver takes it, and the names of its values. dbx takes longer to build and
// to quote a query than SQLite takes to answer it.
type plan struct {
	sql   string
	names []string
}

// plans are the plans of a compiled read. Sorts and pages are chosen by clients, so their number is bounded.
type plans struct {
	lock  sync.Mutex
	byKey map[planKey]plan
}

const maxPlans = 200

func (p *plans) get(key planKey) (plan, bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	found, ok := p.byKey[key]
	return found, ok
}

func (p *plans) put(key planKey, made plan) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.byKey == nil || len(p.byKey) >= maxPlans {
		p.byKey = map[planKey]plan{}
	}
	p.byKey[key] = made
}

var (
	placeholder = regexp.MustCompile(`\{:(\w+)\}`)
	quotable    = regexp.MustCompile(`\[\[[\w\-. ]+\]\]|\{\{[\w\-. ]+\}\}`)
)

// planOf returns the plan of a query. It answers false if the query has values that belong to this request alone.
func planOf(db *dbx.DB, q *dbx.Query, values dbx.Params) (made plan, ok bool) {
	for name := range q.Params() {
		if _, known := values[name]; !known {
			return made, false
		}
	}
	text := placeholder.ReplaceAllStringFunc(q.SQL(), func(found string) string {
		made.names = append(made.names, found[2:len(found)-1])
		return "?"
	})
	made.sql = quotable.ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-2]
		if found[0] == '{' {
			return db.QuoteTableName(name)
		}
		return db.QuoteColumnName(name)
	})
	return made, true
}

// rowsOf runs a query, by its plan if there can be one.
func (a *answering) rowsOf(
	of *compiled, key planKey, values dbx.Params, build func() (*dbx.SelectQuery, error),
) (*sql.Rows, error) {
	db, ok := a.view.ConcurrentDB().(*dbx.DB)
	if !ok || key.kind == unplanned {
		q, err := build()
		if err != nil {
			return nil, err
		}
		rows, err := q.WithContext(a.ctx).Build().Rows()
		if err != nil {
			return nil, err
		}
		return rows.Rows, nil
	}
	maps.Copy(values, a.view.actor.params())
	made, known := of.plans.get(key)
	if !known {
		q, err := build()
		if err != nil {
			return nil, err
		}
		built := q.Build()
		if made, ok = planOf(db, built, values); !ok {
			rows, err := built.WithContext(a.ctx).Rows()
			if err != nil {
				return nil, err
			}
			return rows.Rows, nil
		}
		of.plans.put(key, made)
	}
	return made.query(a.ctx, db, values)
}

func (p plan) query(ctx context.Context, db *dbx.DB, values dbx.Params) (*sql.Rows, error) {
	args := make([]any, len(p.names))
	for i, name := range p.names {
		args[i] = values[name]
	}
	began := time.Now()
	rows, err := db.DB().QueryContext(ctx, p.sql, args...)
	if db.QueryLogFunc != nil {
		db.QueryLogFunc(ctx, time.Since(began), p.readable(values), rows, err)
	}
	return rows, err
}

// readable is the SQL with its values, as dbx prints it in development mode.
func (p plan) readable(values dbx.Params) string {
	parts := strings.Split(p.sql, "?")
	var out strings.Builder
	for i, part := range parts {
		out.WriteString(part)
		if i < len(p.names) {
			out.WriteString("'" + strings.ReplaceAll(fmt.Sprint(values[p.names[i]]), "'", "''") + "'")
		}
	}
	return out.String()
}
