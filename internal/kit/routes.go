package kit

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/search"
)

// RoutePrefix is the path below which every Route is served.
const RoutePrefix = "/api/hospital"

// Route is a path that is not a record: who may call it, which record it is about, and
// how an answer is audited.
//
// The checks run in this order, so that an answer does not reveal whether a record exists:
// a guest gets 401, a role that reads no record of the collection 404, a role that
// is not in the row 403, and a record that the caller may not view 404.
type Route struct {
	Path    string // method and path below RoutePrefix: "GET /bills/{id}/pdf"
	Roles   []Role // who may call it; Guest: callers who are not signed in
	Record  string // the collection of the record that {id} names; empty when the route is not about one record
	Secret  bool   // the last part of the path is a secret: logs have PublicPath
	Audit   string // the action of the audit entry; empty: "view". A downloaded file is always an "export"
	Handler func(r *Request) error
}

// AccessLog records that an actor read records. One module sets it.
type AccessLog func(app core.App, actor Actor, action string, rows ...Row)

const (
	routesKey    = "kit.routes"
	accessLogKey = "kit.accessLog"

	auditView   = "view"   // the action of a route without Audit
	auditExport = "export" // the action of every answer that is saved as a file
)

// AddRoutes declares routes outside of a module. Modules declare theirs in Module.Routes.
func AddRoutes(app core.App, routes ...Route) {
	app.Store().Set(routesKey, slices.Concat(Routes(app), routes))
}

// Routes returns all declared routes.
func Routes(app core.App) []Route {
	routes, _ := app.Store().Get(routesKey).([]Route)
	return routes
}

// RouteOf returns the declared route of a request, or the zero Route.
func RouteOf(e *core.RequestEvent) Route {
	for _, route := range Routes(e.App) {
		if method, path := route.split(); method+" "+path == e.Request.Pattern {
			return route
		}
	}
	return Route{}
}

// split returns the method and the whole path.
func (r Route) split() (method, path string) {
	method, path, _ = strings.Cut(r.Path, " ")
	return method, RoutePrefix + path
}

// serveRoutes binds the declared routes when the server starts. It fails when a route has
// to be audited and no module sets an AccessLog.
func serveRoutes(app core.App, declared Catalog) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalRoutes", Func: func(se *core.ServeEvent) error {
		log, _ := se.App.Store().Get(accessLogKey).(AccessLog)
		for _, route := range Routes(se.App) {
			if log == nil && (route.Record != "" || route.Audit != "") {
				return fmt.Errorf("route %s: no module keeps an access log", route.Path)
			}
			method, path := route.split()
			se.Router.Route(method, path, func(e *core.RequestEvent) error { return route.serve(e, declared, log) })
		}
		return se.Next()
	}})
}

// serve checks the caller, loads the record, and audits the answer.
func (r Route) serve(e *core.RequestEvent, declared Catalog, log AccessLog) error {
	request := &Request{RequestEvent: e, Caller: Caller(e), action: cmp.Or(r.Audit, auditView), log: log}
	if err := r.authorize(request, declared); err != nil {
		return err
	}
	if r.Record == "" {
		return r.Handler(request)
	}
	// Deferred because a CSV export that fails halfway panics after some records were sent.
	defer func() {
		if request.Written() && request.Status() < 400 {
			request.LogAccess(RowsOf(e.App, request.Record)...)
		}
	}()
	return r.Handler(request)
}

// authorize checks that the caller may call the route, and loads its record.
func (r Route) authorize(request *Request, declared Catalog) (err error) {
	role, readable := request.Caller.Role, true
	if r.Record != "" {
		readable = !declared[r.Record].Policy[role].Read.empty()
	}
	switch listed := slices.Contains(r.Roles, role); {
	case !listed && role == Guest:
		return request.UnauthorizedError("Sign in first.", nil)
	case !readable:
		return request.NotFoundError("", nil)
	case !listed:
		return request.ForbiddenError("Your role may not do this.", nil)
	case r.Record == "":
		return nil
	}
	request.Record, err = request.findVisible(r.Record, request.Request.PathValue("id"))
	return err
}

// findVisible returns a record by its id, or 404 when the caller may not view it.
func (r *Request) findVisible(collection, id string) (*core.Record, error) {
	stored, err := r.App.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	record, err := r.App.FindRecordById(stored, id, func(q *dbx.SelectQuery) error { return r.OnlyVisible(q, stored) })
	if errors.Is(err, sql.ErrNoRows) {
		return nil, r.NotFoundError("", err)
	}
	if err != nil {
		return nil, r.InternalServerError("", fmt.Errorf("read %s %s: %w", collection, id, err))
	}
	return record, nil
}

// OnlyVisible adds the view rule of a collection to a query, for the caller.
func (r *Request) OnlyVisible(q *dbx.SelectQuery, collection *core.Collection) error {
	if r.Caller.Superuser {
		return nil
	}
	info, err := r.RequestInfo()
	if err != nil {
		return err
	}
	if collection.ViewRule == nil {
		return r.NotFoundError("", nil)
	}
	resolver := core.NewRecordFieldResolver(r.App, collection, info, true)
	rule, err := search.FilterData(*collection.ViewRule).BuildExpr(resolver)
	if err != nil {
		return err
	}
	q.AndWhere(rule)
	return resolver.UpdateQuery(q)
}
