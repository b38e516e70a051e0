package kit

import (
	"database/sql"
	"fmt"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"
)

// writerView is the app of a request that creates or changes a record, if the scope of the caller's role can be
// decided in memory. PocketBase is given the collection without its rule, which is long SQL that it would
// prepare anew each time.
type writerView struct {
	core.App
	collection *core.Collection // without its rule
	mayWrite   func(*core.Record) error
	read       *core.Record // the record that the request changes
}

// FindCachedCollectionByNameOrId returns the collection of the request without its rule.
func (v *writerView) FindCachedCollectionByNameOrId(nameOrID string) (*core.Collection, error) {
	if nameOrID == v.collection.Name || nameOrID == v.collection.Id {
		return v.collection, nil
	}
	return v.App.FindCachedCollectionByNameOrId(nameOrID)
}

// FindRecordById reads the record of the request. PocketBase reads it twice: it applies the rule when it has the
// values that the request resolves to. Here the second time is only the decision.
func (v *writerView) FindRecordById(
	collection any, id string, filters ...func(*dbx.SelectQuery) error,
) (*core.Record, error) {
	if collection != any(v.collection) {
		return v.App.FindRecordById(collection, id, filters...)
	}
	if v.read == nil || v.read.Id != id || len(filters) == 0 {
		r, err := v.App.FindRecordById(collection, id, filters...)
		v.read = r
		return r, err
	}
	if err := v.mayWrite(v.read); err != nil {
		return nil, err
	}
	return v.read, nil
}

// decided lets PocketBase handle a request to write, and decides itself where it can. Accounts have further
// rules, which PocketBase applies, as it does within a batch.
func (c Catalog) decided(e *core.RequestEvent, do access) error {
	outer := e.App
	stored, err := outer.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil || stored.Type != core.CollectionTypeBase || outer.IsTransactional() {
		return e.Next()
	}
	blank, auth := Audience{app: outer, catalog: c, declared: c[stored.Name], tests: testsOf(outer)[stored.Name]}, e.Auth
	role := ActorFor(outer, auth).Role
	if test, _ := blank.test(auth, do); test == nil || blank.declared.Policy[role].scope(do).empty() {
		return e.Next()
	}
	defer func() { e.App = outer }()
	e.App = &writerView{App: outer, collection: openCollection(outer, stored), mayWrite: func(r *core.Record) error {
		may, _, err := NewAudience(outer, r).may(auth, do)
		if err == nil && !may {
			err = sql.ErrNoRows
		}
		return err
	}}
	return e.Next()
}

// openCollection is a collection without its rules.
func openCollection(app core.App, stored *core.Collection) *core.Collection {
	type made struct{ from, open *core.Collection }
	all := app.Store().GetOrSet("kit.openCollections", func() any { return &sync.Map{} }).(*sync.Map)
	if known, ok := all.Load(stored.Name); ok && known.(made).from == stored {
		return known.(made).open
	}
	open := *stored
	open.CreateRule, open.UpdateRule = types.Pointer(""), types.Pointer("")
	all.Store(stored.Name, made{stored, &open})
	return &open
}

// decideWrites applies the scope to new records, when PocketBase has filled in what the client sent. The hooks
// that follow have the usual app.
func decideWrites(app core.App) {
	app.OnRecordCreateRequest().Bind(&hook.Handler[*core.RecordRequestEvent]{
		Id: "hospitalDecideCreate", Priority: orderDecide, Func: func(e *core.RecordRequestEvent) error {
			if view, ok := e.App.(*writerView); ok {
				e.App = view.App
				if err := view.mayWrite(e.Record); err != nil {
					return e.BadRequestError("Failed to create record", fmt.Errorf("%s: %w", createRuleFailed, err))
				}
			}
			return e.Next()
		}})
	app.OnRecordUpdateRequest().Bind(&hook.Handler[*core.RecordRequestEvent]{
		Id: "hospitalDecideUpdate", Priority: orderDecide, Func: func(e *core.RecordRequestEvent) error {
			if view, ok := e.App.(*writerView); ok {
				e.App = view.App
			}
			return e.Next()
		}})
}

// createRuleFailed is how PocketBase names the cause when a create rule refuses a record.
const createRuleFailed = "create rule failure"
