package kit

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Audience decides who may read a record as it was when it changed, or write it. What the scopes of
// all accounts depend on is read once, and compared in memory. It is used by one goroutine at
// a time.
type Audience struct {
	app      core.App
	catalog  Catalog
	declared Collection // empty for PocketBase's own collections
	tests    map[Role]scopeTests
	record   *core.Record
	related  map[string]*core.Record    // by the path of relations; nil: there is no such record
	accounts map[string]map[string]bool // results of Scope.accounts
	queried  map[question]bool          // what only a query could decide
	source   string                     // SQL for the record as the only row of its collection
	values   dbx.Params
}

// question identifies what a query decides: whether a filter holds for an account or a role.
type question struct{ filter, account string }

// NewAudience returns the audience of a record. The record is not changed.
func NewAudience(app core.App, record *core.Record) *Audience {
	catalog, _ := app.Store().Get(catalogKey).(Catalog)
	name := record.Collection().Name
	return &Audience{
		app: app, catalog: catalog, declared: catalog[name], tests: testsOf(app)[name], record: record,
		related: map[string]*core.Record{"": record}, accounts: map[string]map[string]bool{},
		queried: map[question]bool{},
	}
}

// MayRead reports whether the caller of a request may read the record. rule is the API rule that
// PocketBase would apply. It is evaluated only where the scope of the role cannot be decided
// in memory.
func (a *Audience) MayRead(info *core.RequestInfo, rule *string) (bool, error) {
	switch {
	case info.HasSuperuserAuth():
		return true, nil
	case rule == nil:
		return false, nil
	}
	if test, account := a.test(info.Auth, toRead); test != nil {
		return test(a, account)
	}
	ask := func() (bool, error) {
		resolver := core.NewRecordFieldResolver(a.app, a.record.Collection(), info, true)
		condition, err := search.FilterData(*rule).BuildExpr(resolver)
		if err != nil {
			return false, err
		}
		return a.holds(resolver, condition)
	}
	if strings.Count(*rule, "@request.") != strings.Count(*rule, "@request.auth.") {
		return ask() // it also depends on the topic
	}
	return a.once(question{*rule, accountKey(info.Auth)}, ask)
}

// InMemory reports whether MayRead needs no rule to decide about an account.
func (a *Audience) InMemory(auth *core.Record) bool {
	test, _ := a.test(auth, toRead)
	return test != nil
}

// MayCreate and MayUpdate report whether an account may create or change the record, if that can be decided
// in memory.
func (a *Audience) MayCreate(auth *core.Record) (may, decided bool, err error) {
	return a.may(auth, toCreate)
}

// MayUpdate is MayCreate for changes.
func (a *Audience) MayUpdate(auth *core.Record) (may, decided bool, err error) {
	return a.may(auth, toUpdate)
}

func (a *Audience) may(auth *core.Record, do access) (may, decided bool, err error) {
	test, account := a.test(auth, do)
	if test == nil {
		return false, false, nil
	}
	may, err = test(a, account)
	return may, true, err
}

// test returns what decides about an account, or nil.
func (a *Audience) test(auth *core.Record, do access) (test scopeTest, account string) {
	switch {
	case a.declared.Name == "":
		return nil, ""
	case auth == nil:
		return a.testOf(Guest, do), ""
	case !a.catalog[auth.Collection().Name].SignIn.isSet():
		return nil, ""
	}
	actor := ActorFor(a.app, auth)
	if actor.Role == Guest { // not active, and no guest either
		return nothing, ""
	}
	return a.testOf(actor.Role, do), actor.ID
}

func (a *Audience) testOf(role Role, do access) scopeTest {
	if a.declared.Policy[role].scope(do).empty() {
		return nothing
	}
	return a.tests[role][do]
}

// Matches reports whether the record matches the filter of a subscription, as a list applies
// it for the same caller.
func (a *Audience) Matches(info *core.RequestInfo) (bool, error) {
	filter := info.Query[search.FilterQueryParam]
	if filter == "" {
		return true, nil
	}
	actor := ActorFor(a.app, info.Auth)
	special := strings.Contains(filter, "@collection.") || strings.Contains(filter, "@request.")
	if special && !actor.Superuser {
		return false, nil
	}
	key := question{filter, "role " + string(actor.Role)}
	if actor.Superuser || special || strings.Contains(filter, ".") { // a related record has a rule of its own
		key.account = accountKey(info.Auth)
	}
	return a.once(key, func() (bool, error) {
		var app core.App = callerView{App: a.app, catalog: a.catalog, actor: actor}
		if actor.Superuser {
			app = a.app
		}
		collection, err := app.FindCachedCollectionByNameOrId(a.record.Collection().Name)
		if err != nil {
			return false, err
		}
		resolver := core.NewRecordFieldResolver(app, collection, info, false)
		condition, err := search.FilterData(filter).BuildExpr(resolver)
		if err != nil {
			return false, nil //nolint:nilerr // an operator's filter, which is not checked when subscribing
		}
		return a.holds(resolver, condition)
	})
}

func accountKey(auth *core.Record) string {
	if auth == nil {
		return ""
	}
	return auth.Collection().Id + "/" + auth.Id
}

func (a *Audience) once(key question, ask func() (bool, error)) (bool, error) {
	if answer, known := a.queried[key]; known {
		return answer, nil
	}
	answer, err := ask()
	if err == nil {
		a.queried[key] = answer
	}
	return answer, err
}

// holds evaluates a condition by SQL, with the record as the only row of its collection: since it
// changed it may have changed again, or have been deleted.
func (a *Audience) holds(resolver *core.RecordFieldResolver, condition dbx.Expression) (bool, error) {
	if err := a.buildSource(); err != nil {
		return false, err
	}
	query := a.app.ConcurrentDB().Select("(1)").From(a.source).AndBind(a.values).AndWhere(condition).Limit(1)
	if err := resolver.UpdateQuery(query); err != nil {
		return false, err
	}
	var found int
	if err := query.Row(&found); errors.Is(err, sql.ErrNoRows) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, nil
}

// buildSource writes the record as a table with one row. The casts give the columns the types
// of the stored ones, which decide how SQLite compares them.
func (a *Audience) buildSource() error {
	if a.source != "" {
		return nil
	}
	values, err := a.record.DBExport(a.app)
	if err != nil {
		return err
	}
	a.values = dbx.Params{}
	var columns []string
	for _, f := range a.record.Collection().Fields {
		name := f.GetName()
		param, value := "row_"+name, "{:row_"+name+"}"
		switch declared, _, _ := strings.Cut(f.ColumnType(a.app), " "); declared {
		case "TEXT":
			value = "CAST(" + value + " AS TEXT)"
		case "NUMERIC", "BOOLEAN":
			value = "CAST(" + value + " AS NUMERIC)"
		}
		a.values[param] = values[name]
		columns = append(columns, value+" AS [["+name+"]]")
	}
	a.source = "(SELECT " + strings.Join(columns, ", ") + ") " + a.record.Collection().Name
	return nil
}

// follow returns the record that a path of relations leads to, or nil.
func (a *Audience) follow(path string) (*core.Record, error) {
	if r, known := a.related[path]; known {
		return r, nil
	}
	parent, relation := "", path
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		parent, relation = path[:i], path[i+1:]
	}
	from, err := a.follow(parent)
	if err != nil {
		return nil, err
	}
	var found *core.Record
	if from != nil && from.GetString(relation) != "" {
		target := a.catalog.target(a.catalog[from.Collection().Name], relation)
		found, err = a.app.FindRecordById(target, from.GetString(relation))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	a.related[path] = found
	return found, nil
}

// accountsOf returns the accounts whose scope contains the record.
func (a *Audience) accountsOf(s Scope) (map[string]bool, error) {
	if known, ok := a.accounts[s.accounts]; ok {
		return known, nil
	}
	var ids []string
	err := a.app.ConcurrentDB().NewQuery(s.accounts).
		Bind(dbx.Params{"id": a.record.GetString(s.whose), "now": types.NowDateTime().String()}).Column(&ids)
	if err != nil {
		return nil, err
	}
	accounts := map[string]bool{}
	for _, id := range ids {
		accounts[id] = true
	}
	a.accounts[s.accounts] = accounts
	return accounts, nil
}
