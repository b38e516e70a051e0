// Package kit is the vocabulary the modules are written in: what a module, a
// collection, a permission, a state machine and a refusal are. It knows nothing
// of hospitals.
package kit

import (
	"github.com/pocketbase/pocketbase/core"
)

// Module is one subject of the hospital: data about what the database holds and
// who may touch it, and the functions that keep it lawful. A module imports only
// modules that stand above it in modules.All.
type Module struct {
	Name        string             // the folder's name
	Collections []Collection       // what the database looks like today, and who may touch it
	Lifecycles  []Lifecycle        // what can be done to a record, by whom, from where, and what it does
	Hooks       func(app core.App) // rules for this module's own records that no table expresses
	Routes      []Route            // what is not a record: paths under RoutePrefix
	AccessLog   AccessLog          // keeps who saw which records; set by one module
	Invariants  []Invariant        // what the verify command proves of this module's data
	Checks      []Check            // what it proves where no query can
	OpenAPI     []byte             // what clients read of it: its paths and schemas, written by hand in openapi.yaml
}

// Invariant is a sentence that is true of every healthy database, and the query
// that finds the records for which it is not.
type Invariant struct {
	Description string // "No two active appointments of a doctor overlap."
	Violations  string // SQL that answers the ids of offending records in one column; no row means all is well
}

// Check is an invariant that no query can prove, and how the offending records
// are found.
type Check struct {
	Description string
	Violations  func(app core.App) (ids []string, err error)
}

// Register binds the laws of every module, and the laws of the kit that hold for
// all of them, to one app. Call it once per app, before it serves.
func Register(app core.App, modules []Module) {
	declared := CatalogOf(modules)
	nameRequests(app)
	finishAsides(app)
	app.Store().Set(catalogKey, declared)
	app.Store().Set(signInKey, declared.signIn())
	refuseTypedRecords(app)
	keepReads(app)
	dropCached(app, declared)
	validateRecords(app)
	guardSchema(app, declared)
	separateQuery(app)
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

// signIn is how people sign in: what the one auth collection declares.
func (c Catalog) signIn() SignIn {
	for _, collection := range c {
		if collection.SignIn.isSet() {
			return collection.SignIn
		}
	}
	return SignIn{}
}

// Reads says whether a role reads any records of a collection at all.
func Reads(app core.App, role Role, collection string) bool {
	catalog, _ := app.Store().Get(catalogKey).(Catalog)
	return !catalog[collection].Policy[role].Read.empty()
}

// NameOf finds a declared collection by the id that relations hold.
func (c Catalog) NameOf(id string) string {
	for name := range c {
		if collectionID(name) == id {
			return name
		}
	}
	panic("no declared collection has the id " + id)
}
