package kit

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strconv"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/search"
)

const (
	listPattern = "GET /api/collections/{collection}/records"
	viewPattern = "GET /api/collections/{collection}/records/{id}"
)

// errStandard leaves an answer to PocketBase's handlers.
var errStandard = errors.New("PocketBase answers")

// compileReads answers views and lists, inside all other middlewares. It only sends successes
// that are complete: PocketBase's handler answers what compiled reads do not know, what is refused,
// what is not found, and what fails.
func compileReads(se *core.ServeEvent, declared Catalog) {
	r := readsOf(se.App)
	se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalCompiledReads", Priority: orderCompiled,
		Func: func(e *core.RequestEvent) error {
			if e.Request.Pattern != listPattern && e.Request.Pattern != viewPattern {
				return e.Next()
			}
			if sent, err := r.answer(e, declared); sent {
				return err
			}
			return e.Next()
		}})
}

// answer sends the answer to a view or a list, or nothing.
func (r *reads) answer(e *core.RequestEvent, declared Catalog) (sent bool, err error) {
	app := e.App
	if view, ok := app.(callerView); ok {
		app = view.App
	}
	if r.off.Load() || app.IsTransactional() || app.Settings().RateLimits.Enabled || !r.complete(app) {
		return false, nil
	}
	actor := ActorFor(app, e.Auth)
	if actor.Superuser || actor.Role == Guest && e.Auth != nil { // an account that is not active is no guest
		return false, nil
	}
	stored, err := app.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil {
		return false, nil //nolint:nilerr // PocketBase refuses it
	}
	made := r.of(declared, stored, actor.Role)
	list := e.Request.Pattern == listPattern
	client, ok := parse(e.Request.URL.RawQuery, list)
	if !made.readable() || !ok {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxQuery)
	defer cancel()
	buffer := buffers.Get().(*[]byte)
	defer func() {
		if cap(*buffer) <= maxBuffer {
			buffers.Put(buffer)
		}
	}()
	a := answering{
		ctx: ctx, reads: r, compiled: made, client: client, body: (*buffer)[:0],
		view: callerView{App: app, catalog: declared, actor: actor, listed: stored.Name},
		read: Read{RequestEvent: e, Action: readView, Collection: made.seen},
	}
	do := a.one
	if list {
		do, a.read.Action = a.list, readList
	}
	err = do(e.Request.PathValue("id"))
	*buffer = a.body
	if err != nil {
		return false, nil //nolint:nilerr // PocketBase answers with the error that clients know
	}
	outer := e.App
	e.App = a.view
	r.observe(a.read)
	e.App = outer
	r.answered.Add(1)
	if e.Response.Header().Get("Content-Type") == "" {
		e.Response.Header().Set("Content-Type", "application/json")
	}
	e.Response.WriteHeader(http.StatusOK)
	_, err = e.Response.Write(a.body)
	return true, err
}

// maxBuffer is the largest buffer that is kept for the next answer.
const maxBuffer = 1 << 20

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// answering is one answer in the making.
type answering struct {
	ctx      context.Context //nolint:containedctx // lives as long as the request
	reads    *reads
	compiled *compiled
	client   clientQuery
	view     callerView
	read     Read
	body     []byte
}

// one makes the answer to a view.
func (a *answering) one(id string) error {
	rows, err := a.rowsOf(a.compiled, a.key(viewPlan), dbx.Params{"id": id}, func() (*dbx.SelectQuery, error) {
		q, err := a.query()
		if err != nil {
			return nil, err
		}
		return q.AndWhere(dbx.NewExp("[["+a.compiled.stored.Name+".id]] = {:id}", dbx.Params{"id": id})).Limit(1), nil
	})
	if err != nil {
		return err
	}
	if err := a.rows(rows); err != nil {
		return err
	}
	if len(a.read.Rows) == 0 {
		return errStandard
	}
	return nil
}

// list makes the answer to a list.
func (a *answering) list(string) error {
	page := search.Result{Page: a.client.page, PerPage: a.client.perPage, TotalItems: -1, TotalPages: -1}
	skipped := page.PerPage * (page.Page - 1)
	rows, err := a.rowsOf(a.compiled, a.key(listPlan), dbx.Params{}, func() (*dbx.SelectQuery, error) {
		q, err := a.query()
		if err != nil {
			return nil, err
		}
		return q.Limit(int64(page.PerPage)).Offset(int64(skipped)), nil
	})
	if err != nil {
		return err
	}
	a.body = append(a.body, `{"items":[`...)
	if err := a.rows(rows); err != nil {
		return err
	}
	found := len(a.read.Rows)
	if found == 0 && a.client.filter != "" {
		return errStandard // slows clients down that guess
	}
	if !a.client.skipTotal {
		if page.TotalItems = skipped + found; found == page.PerPage || found == 0 && skipped > 0 {
			if page.TotalItems, err = a.total(); err != nil {
				return err
			}
		}
		page.TotalPages = (page.TotalItems + page.PerPage - 1) / page.PerPage
	}
	for _, part := range []struct {
		key    string
		number int
	}{{`],"page":`, page.Page}, {`,"perPage":`, page.PerPage}, {`,"totalItems":`, page.TotalItems},
		{`,"totalPages":`, page.TotalPages}} {
		a.body = strconv.AppendInt(append(a.body, part.key...), int64(part.number), 10)
	}
	a.body = append(a.body, '}')
	a.read.Page = page
	return nil
}

// key is the key of a plan of the request.
func (a *answering) key(kind planKind) planKey {
	if a.client.filter != "" || a.compiled.rest != "" {
		return planKey{}
	}
	return planKey{kind, a.client.sort, a.client.page, a.client.perPage}
}

// total counts the rows of a list.
func (a *answering) total() (total int, err error) {
	rows, err := a.rowsOf(a.compiled, a.key(totalPlan), dbx.Params{}, func() (*dbx.SelectQuery, error) {
		q, err := a.query()
		if err != nil {
			return nil, err
		}
		return a.compiled.total(q), nil
	})
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&total)
	}
	return total, errors.Join(err, rows.Err())
}

func (a *answering) query() (*dbx.SelectQuery, error) {
	info, err := a.read.RequestInfo()
	if err != nil {
		return nil, err
	}
	return a.compiled.query(a.view, info, a.client)
}

// rows appends rows to the body.
func (a *answering) rows(rows *sql.Rows) error {
	if len(a.client.expand) > 0 {
		return a.expandedRows(rows)
	}
	return a.compiled.each(rows, func(values []sql.RawBytes) (err error) {
		return a.row(values, nil)
	})
}

// row appends a row to the body.
func (a *answering) row(values []sql.RawBytes, gap *int) (err error) {
	if len(a.read.Rows) > 0 {
		a.body = append(a.body, ',')
	}
	a.read.Rows = append(a.read.Rows, a.compiled.row(values))
	a.body, err = a.compiled.append(a.body, values, gap)
	return err
}

func (c *compiled) row(values []sql.RawBytes) Row {
	row := Row{Collection: c.stored.Name, ID: string(values[idColumn])}
	if c.linked {
		row.Link = string(values[linkColumn])
	}
	return row
}
