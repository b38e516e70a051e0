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
)

// callerView wraps the app for PocketBase's list handler while it lists a collection:
//
//   - The query is narrowed to the rows of the caller's scope by SQL that uses an index.
//     Without it, SQLite evaluates the rule for every row.
//   - Where no index helps, the rule is reduced to the part for the caller's role.
//   - Fields that the caller may not read are marked as hidden, so that they can be used
//     in neither filters nor sorts.
//
// PocketBase still applies its rule. A mistake here can hide a row but not reveal one. Compiled
// reads rely on the narrowing alone: a test compares them with PocketBase's answers.
type callerView struct {
	core.App
	catalog Catalog
	actor   Actor
	listed  string // the collection that is narrowed; empty narrows nothing
}

// RecordQuery returns the query of a list, narrowed to the caller's scope.
func (y callerView) RecordQuery(collection any) *dbx.SelectQuery {
	q := y.App.RecordQuery(collection)
	if c, ok := collection.(*core.Collection); ok && c.Name == y.listed {
		y.catalog.narrow(q, y.catalog[c.Name], y.actor)
	}
	return q
}

// FindCachedCollectionByNameOrId returns the collection with the caller's rule and hidden
// fields. PocketBase calls it for the list and for every collection in its filter and sort.
func (y callerView) FindCachedCollectionByNameOrId(nameOrID string) (*core.Collection, error) {
	c, err := y.App.FindCachedCollectionByNameOrId(nameOrID)
	if err != nil {
		return nil, err
	}
	if made := readsOf(y.App).of(y.catalog, c, y.actor.Role); made != nil {
		return made.seen, nil
	}
	return c, nil
}

// seen is a collection with the rule and the hidden fields of a role.
func (c Catalog) seen(stored *core.Collection, role Role) *core.Collection {
	declared := c[stored.Name]
	grant, unseen := declared.Policy[role], declared.unseen(role)
	seen := *stored
	if slices.Contains(declared.SignIn.Managers, role) {
		// In auth collections, PocketBase's filters only match email addresses that are public.
		seen.Type = core.CollectionTypeBase
	}
	// SQLite would evaluate the other roles' conditions for every row.
	if grant.Read.unnarrowed() || declared.Members.declared() {
		seen.ListRule = Policy{role: grant}.rule(reading, c.signIn())
	}
	seen.Fields = slices.Clone(stored.Fields)
	for i, f := range seen.Fields {
		if slices.Contains(unseen, f.GetName()) || grant.Read.empty() && f.GetName() != core.FieldNameId {
			seen.Fields[i] = hidden(f)
		}
	}
	return &seen
}

// hidden returns a copy of a field that only superusers may use in filters and sorts.
func hidden(f core.Field) core.Field {
	c := reflect.New(reflect.TypeOf(f).Elem())
	c.Elem().Set(reflect.ValueOf(f).Elem())
	field := c.Interface().(core.Field)
	field.SetHidden(true)
	return field
}

// narrowLists binds callerView to lists, checks realtime filters, and adds the reason to
// refused creates and updates.
func narrowLists(app core.App, declared Catalog) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalNarrow", Func: func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			if strings.HasPrefix(e.Request.URL.Path, "/api/") {
				e.Response.Header().Set("Cache-Control", "no-store")
			}
			switch e.Request.Pattern {
			case listPattern:
				return declared.list(e)
			case "POST /api/collections/{collection}/records":
				return declared.explainCreate(e)
			case "PATCH /api/collections/{collection}/records/{id}":
				return declared.explainUpdate(e)
			}
			return e.Next()
		})
		compileReads(se, declared)
		return se.Next()
	}})
	app.OnRealtimeSubscribeRequest().Bind(&hook.Handler[*core.RealtimeSubscribeRequestEvent]{
		Id: "hospitalNarrowRealtime",
		Func: func(e *core.RealtimeSubscribeRequestEvent) error {
			if err := declared.checkTopics(e); err != nil {
				return err
			}
			return e.Next()
		},
	})
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
	if ok {
		e.App = c.withMembers(declared, e, actor)
	}
	if !ok || actor.Superuser {
		return e.Next()
	}
	if declared.Policy[actor.Role].Read.empty() {
		return unentitled(e, actor, "read "+declared.Name)
	}
	e.App = callerView{App: e.App, catalog: c, actor: actor, listed: declared.Name}
	return e.Next()
}

// narrow limits a list to the rows that the caller may read.
func (c Catalog) narrow(q *dbx.SelectQuery, listed Collection, actor Actor) {
	switch scope := listed.Policy[actor.Role].Read; {
	case listed.Members.owns(scope): // memberRows narrows
	case scope.path != "":
		c.own(q, listed, strings.Split(scope.path, "."), actor)
	case scope.where != "":
		q.AndWhere(unlikely(strings.ReplaceAll(scope.where, "@", listed.Name), actor.params()))
	}
}

// own joins the records between a collection and the caller's account: for patient.user
// it joins patients and compares their user with the caller. Each join matches one record
// by its id, so no row is returned twice.
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

// unlikely tells SQLite's query planner that few rows match a condition, so that it uses
// the index of that condition first. It has no statistics: otherwise it may choose the
// index of a status that the client filters by, and scan everybody's rows of that status.
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

// checkTopics refuses a realtime filter on a field that the caller may not read. Whether
// an event arrives would reveal the value.
func (c Catalog) checkTopics(e *core.RealtimeSubscribeRequestEvent) error {
	actor := ActorFor(e.App, e.Auth)
	if actor.Superuser {
		return nil
	}
	view := callerView{App: e.App, catalog: c, actor: actor}
	parsed := subscriptions.NewDefaultClient() // parses the topics as PocketBase's broker does
	parsed.Subscribe(e.Subscriptions...)
	for topic, options := range parsed.Subscriptions() {
		filter := options.Query[search.FilterQueryParam]
		if filter == "" {
			continue
		}
		name := topic[:strings.IndexAny(topic+"?", "/?")]
		collection, err := view.FindCachedCollectionByNameOrId(name)
		if err != nil {
			continue // a collection that does not exist has no events
		}
		info := &core.RequestInfo{Context: core.RequestInfoContextRealtime, Auth: e.Auth}
		resolver := core.NewRecordFieldResolver(view, collection, info, false)
		if _, err := search.FilterData(filter).BuildExpr(resolver); err != nil {
			return e.BadRequestError("The filter of the subscription "+name+" cannot be used.", err)
		}
	}
	return nil
}

// mask removes the fields that the reader may not read from answers, realtime events and
// expansions.
func mask(app core.App, declared Catalog) {
	readsOf(app).enriches.Add(1) // compiled reads do not select what is hidden
	app.OnRecordEnrich().Bind(&hook.Handler[*core.RecordEnrichEvent]{
		Id:       "hospitalMask",
		Priority: orderMask,
		Func: func(e *core.RecordEnrichEvent) error {
			actor := ActorFor(e.App, e.RequestInfo.Auth)
			c, ok := declared[e.Record.Collection().Name]
			if ok && !actor.Superuser {
				e.Record.Hide(c.unseen(actor.Role)...)
			}
			return e.Next()
		},
	})
}
