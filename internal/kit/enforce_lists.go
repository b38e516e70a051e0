package kit

import (
	"reflect"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/search"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
	"github.com/pocketbase/pocketbase/tools/types"
)

// callerView is the app as one caller sees it while listing a collection. PocketBase's
// own list handler does the work; it finds its query narrowed to the caller's own
// scope, so that an index leads to the rows instead of a rule being tried on all
// of them; where nothing leads to their rows, the rule reduced to what it says of
// the caller's role; and fields that the caller is not shown marked as hidden, so
// that they can be neither filtered nor sorted by. A mistake here can hide a row,
// and never show one.
type callerView struct {
	core.App
	catalog Catalog
	actor   Actor
	listed  string // the collection that is narrowed; empty narrows nothing
}

// RecordQuery begins the query of a list.
func (y callerView) RecordQuery(collection any) *dbx.SelectQuery {
	q := y.App.RecordQuery(collection)
	if c, ok := collection.(*core.Collection); ok && c.Name == y.listed {
		y.catalog.narrow(q, y.catalog[c.Name], y.actor)
	}
	return q
}

// FindCachedCollectionByNameOrId is how the list and what its filter and sort
// name are looked up.
func (y callerView) FindCachedCollectionByNameOrId(nameOrID string) (*core.Collection, error) {
	c, err := y.App.FindCachedCollectionByNameOrId(nameOrID)
	if err != nil {
		return nil, err
	}
	declared, ok := y.catalog[c.Name]
	if !ok {
		return c, nil
	}
	grant, unseen := declared.Policy[y.actor.Role], declared.unseen(y.actor.Role)
	seen := *c
	if slices.Contains(declared.SignIn.Managers, y.actor.Role) {
		seen.Type = core.CollectionTypeBase // of accounts, PocketBase lets filters find only addresses that all may see
	}
	if grant.Read.unnarrowed() { // the other roles' conditions would be tried on every row
		seen.ListRule = Policy{y.actor.Role: grant}.rule(reads, y.catalog.signIn())
	}
	seen.Fields = slices.Clone(c.Fields)
	for i, f := range seen.Fields {
		if slices.Contains(unseen, f.GetName()) || grant.Read.empty() && f.GetName() != core.FieldNameId {
			seen.Fields[i] = hidden(f)
		}
	}
	return &seen, nil
}

// hidden is a copy of a field that nobody but superusers may ask about.
func hidden(f core.Field) core.Field {
	c := reflect.New(reflect.TypeOf(f).Elem())
	c.Elem().Set(reflect.ValueOf(f).Elem())
	field := c.Interface().(core.Field)
	field.SetHidden(true)
	return field
}

// narrowLists gives the record routes the caller's eyes.
func narrowLists(app core.App, declared Catalog) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalNarrow", Func: func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			if strings.HasPrefix(e.Request.URL.Path, "/api/") {
				e.Response.Header().Set("Cache-Control", "no-store")
			}
			switch e.Request.Pattern {
			case "GET /api/collections/{collection}/records":
				return declared.list(e)
			case "POST /api/collections/{collection}/records":
				return declared.explainCreate(e)
			case "PATCH /api/collections/{collection}/records/{id}":
				return declared.explainUpdate(e)
			}
			return e.Next()
		})
		return se.Next()
	}})
	app.OnRealtimeSubscribeRequest().Bind(&hook.Handler[*core.RealtimeSubscribeRequestEvent]{Id: "hospitalNarrowRealtime", Func: func(e *core.RealtimeSubscribeRequestEvent) error {
		if err := declared.checkTopics(e); err != nil {
			return err
		}
		return e.Next()
	}})
}

func (c Catalog) of(e *core.RequestEvent) (Collection, bool) {
	stored, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil {
		return Collection{}, false
	}
	declared, ok := c[stored.Name]
	return declared, ok
}

func (c Catalog) list(e *core.RequestEvent) error {
	actor := ActorFor(e.App, e.Auth)
	declared, ok := c.of(e)
	if !ok || actor.Superuser {
		return e.Next()
	}
	if declared.Policy[actor.Role].Read.empty() {
		return unentitled(e, actor, "read "+declared.Name)
	}
	e.App = callerView{App: e.App, catalog: c, actor: actor, listed: declared.Name}
	return e.Next()
}

// narrow leaves of a list what the caller may read.
func (c Catalog) narrow(q *dbx.SelectQuery, listed Collection, actor Actor) {
	switch scope := listed.Policy[actor.Role].Read; {
	case scope.path != "":
		c.own(q, listed, strings.Split(scope.path, "."), actor)
	case scope.where != "":
		q.AndWhere(unlikely(strings.ReplaceAll(scope.where, "@", listed.Name), dbx.Params{"me": actor.ID, "now": types.NowDateTime().String()}))
	}
}

// own joins what lies between a collection and the caller's account: of
// patient.user the one patient, whose user is the caller. Every join is to one
// record by its id, and so never doubles a row.
func (c Catalog) own(q *dbx.SelectQuery, from Collection, path []string, actor Actor) {
	alias, last := from.Name, len(path)-1
	for i, relation := range path[:last] {
		next := "__own_" + strings.Join(path[:i+1], "_")
		target := c[c.target(from, relation)]
		q.InnerJoin(target.Name+" "+next, unlikely("[["+next+".id]] = [["+alias+"."+relation+"]]", nil))
		from, alias = target, next
	}
	q.AndWhere(unlikely("[["+alias+"."+path[last]+"]] = {:me}", dbx.Params{"me": actor.ID}))
}

// unlikely tells SQLite, which counts no rows, that few fulfil a condition, so that
// it begins there. Otherwise an indexed status that the client filters by looks
// as good to it, and it wades through everybody's rows of that status.
func unlikely(condition string, params dbx.Params) dbx.Expression {
	return dbx.NewExp("likelihood("+condition+", 0.000001)", params)
}

// target is the collection a relation points to.
func (c Catalog) target(in Collection, relation string) string {
	field, ok := in.Field(relation).(*core.RelationField)
	if !ok {
		panic("policy of " + in.Name + ": " + relation + " is not a relation")
	}
	return c.NameOf(field.CollectionId)
}

// checkTopics refuses a realtime filter that asks about fields the caller is not
// shown; it would tell by silence what it may not tell in words.
func (c Catalog) checkTopics(e *core.RealtimeSubscribeRequestEvent) error {
	actor := ActorFor(e.App, e.Auth)
	if actor.Superuser {
		return nil
	}
	view := callerView{App: e.App, catalog: c, actor: actor}
	asked := subscriptions.NewDefaultClient() // reads the topics exactly as the broker will
	asked.Subscribe(e.Subscriptions...)
	for topic, options := range asked.Subscriptions() {
		filter := options.Query[search.FilterQueryParam]
		if filter == "" {
			continue
		}
		name := topic[:strings.IndexAny(topic+"?", "/?")]
		collection, err := view.FindCachedCollectionByNameOrId(name)
		if err != nil {
			continue // no such collection, no such events
		}
		info := &core.RequestInfo{Context: core.RequestInfoContextRealtime, Auth: e.Auth}
		if _, err := search.FilterData(filter).BuildExpr(core.NewRecordFieldResolver(view, collection, info, false)); err != nil {
			return e.BadRequestError("The filter of the subscription "+name+" cannot be used.", err)
		}
	}
	return nil
}

// mask leaves out of every answer, event and expansion the fields the reader is
// not shown.
func mask(app core.App, declared Catalog) {
	app.OnRecordEnrich().Bind(&hook.Handler[*core.RecordEnrichEvent]{Id: "hospitalMask", Priority: orderMask, Func: func(e *core.RecordEnrichEvent) error {
		actor := ActorFor(e.App, e.RequestInfo.Auth)
		c, ok := declared[e.Record.Collection().Name]
		if ok && !actor.Superuser {
			e.Record.Hide(c.unseen(actor.Role)...)
		}
		return e.Next()
	}})
}
