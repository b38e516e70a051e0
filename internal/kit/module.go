// Package kit is the framework of the modules: modules, collections, permissions,
// lifecycles, routes and refusals. It contains nothing specific to hospitals.
package kit

import (
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// Module is one subject of the hospital: its collections, permissions and rules. A module
// imports only modules that are above it in modules.All.
type Module struct {
	Name        string             // the folder's name
	Collections []Collection       // the current schema and permissions
	Lifecycles  []Lifecycle        // the actions on records with a status
	Hooks       func(app core.App) // rules for this module's own records that no table expresses
	Routes      []Route            // paths under RoutePrefix that are not records
	AccessLog   AccessLog          // records who read which records; set by one module
	Invariants  []Invariant        // tested by the verify command
	Checks      []Check            // tested by the verify command, where SQL is not enough
	OpenAPI     []byte             // openapi.yaml: the paths and schemas of its routes
}

// Invariant is a statement that is true for every consistent database, and a query for the
// records that violate it.
type Invariant struct {
	Description string // "No two active appointments of a doctor overlap."
	Violations  string // SQL that returns the ids of the violating records in one column
}

// Check is an invariant that SQL cannot test.
type Check struct {
	Description string
	Violations  func(app core.App) (ids []string, err error)
}

// Register binds the hooks and routes of the kit and of every module to an app. Call it
// once per app, before it serves.
func Register(app core.App, modules []Module) {
	declared := CatalogOf(modules)
	readsOf(app) // before other hooks of reads are bound
	assignRequestIDs(app)
	waitForBackground(app)
	app.Store().Set(catalogKey, declared)
	app.Store().Set(signInKey, declared.signIn())
	app.Store().Set(scopeTestsKey, declared.scopeTests())
	refuseTypedRecords(app)
	refreshReads(app)
	dropCached(app, declared)
	insertTogether(app, declared)
	validateRecords(app)
	guardSchema(app, declared)
	separateQuery(app)
	decideWrites(app)
	guardRequests(app, declared)
	guardRecords(app, declared)
	mask(app, declared)
	narrowLists(app, declared)
	for _, m := range modules {
		for _, l := range m.Lifecycles {
			l.bind(app)
		}
		if m.Hooks != nil {
			m.Hooks(app)
		}
		if m.AccessLog != nil {
			app.Store().Set(accessLogKey, m.AccessLog)
		}
		AddRoutes(app, m.Routes...)
	}
	AddRoutes(app, actionsRoute(modules, declared))
	serveRoutes(app, declared)
}

// Catalog holds the declared collections by name.
type Catalog map[string]Collection

// Sorted returns the collections by name.
func (c Catalog) Sorted() (all []Collection) {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		all = append(all, c[name])
	}
	return all
}

// CatalogOf collects the collections of all modules. It panics when a declaration names a
// field that does not exist.
func CatalogOf(modules []Module) Catalog {
	catalog := Catalog{}
	for _, m := range modules {
		for _, c := range m.Collections {
			c.mustNameRealFields()
			catalog[c.Name] = c
		}
	}
	return catalog
}

const (
	catalogKey = "kit.catalog"
	signInKey  = "kit.signIn"
)

// signIn returns the SignIn of the one collection that declares it.
func (c Catalog) signIn() SignIn {
	for _, collection := range c {
		if collection.SignIn.isSet() {
			return collection.SignIn
		}
	}
	return SignIn{}
}

// Reads reports whether a role may read any records of a collection.
func Reads(app core.App, role Role, collection string) bool {
	catalog, _ := app.Store().Get(catalogKey).(Catalog)
	return !catalog[collection].Policy[role].Read.empty()
}

// IsRoutine reports whether a field is one of the RoutineFields of its collection.
func IsRoutine(app core.App, collection, field string) bool {
	catalog, _ := app.Store().Get(catalogKey).(Catalog)
	return slices.Contains(catalog[collection].RoutineFields, field)
}

// NameOf returns the name of the declared collection with an id, as relations store it.
func (c Catalog) NameOf(id string) string {
	for name := range c {
		if collectionID(name) == id {
			return name
		}
	}
	panic("no declared collection has the id " + id)
}
