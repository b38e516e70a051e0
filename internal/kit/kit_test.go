package kit

import (
	"errors"
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // creates PocketBase's own tables
	"github.com/pocketbase/pocketbase/tools/router"
)

// The tests of this package declare a small application: an office in which members write
// tickets about customers.

const (
	member Role = "member"
	boss   Role = "boss"
)

type ticketStatus string

const (
	open   ticketStatus = "open"
	solved ticketStatus = "solved"
	closed ticketStatus = "closed"
)

func members() Collection {
	return Collection{
		Name: "users",
		SignIn: SignIn{
			RoleField: "role", Roles: []Role{member, boss}, Superuser: boss,
			StatusField: "status", Active: "active", MinPassword: 12,
		},
		Fields: Fields{Select("role", member, boss), Select("status", "active", "gone")},
		Policy: Policy{member: {Read: Own("id")}, boss: {Read: All}},
	}
}

func tickets() Collection {
	return Collection{
		Name: "tickets",
		Fields: Fields{
			Select("status", open, solved, closed).Required(),
			Text("title", 100),
			Relation("customer", "customers"),
			Relation("solved_by", "users"),
			Instant("solved_at"),
			Int("version", 0, 1<<50),
		},
		Policy: Policy{member: {Read: All, Update: All, UpdateFields: []string{"status", "title"}}},
	}
}

func customers() Collection {
	return Collection{
		Name: "customers", Fields: Fields{Text("name", 100)}, Cached: true, Policy: Policy{member: {Read: All}},
	}
}

// office opens the application with the lifecycles and hooks of a test.
func office(t *testing.T, lifecycles []Lifecycle, hooks func(core.App)) core.App {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	collections := []Collection{members(), customers(), tickets()}
	modules := []Module{{Name: "office", Collections: collections, Lifecycles: lifecycles, Hooks: hooks}}
	if err := CatalogOf(modules).Apply(app); err != nil {
		t.Fatal(err)
	}
	Register(app, modules)
	return app
}

// add creates a record. The hooks of the tests do not run, because they are for updates.
func add(t *testing.T, app core.App, collection string, values map[string]any) *core.Record {
	t.Helper()
	r, err := New(app, collection)
	if err != nil {
		t.Fatal(err)
	}
	r.Load(values)
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	return read(t, app, r)
}

func read(t *testing.T, app core.App, r *core.Record) *core.Record {
	t.Helper()
	stored, err := app.FindRecordById(r.Collection(), r.Id)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// as changes a record on behalf of a role.
func as(role Role, r *core.Record, values map[string]any) *core.Record {
	r.Load(values)
	return SetActor(Actor{Role: role, Request: "r1"}, r)
}

// status returns the HTTP status of a refusal, or 0 without one.
func status(t *testing.T, err error) int {
	t.Helper()
	var refusal *router.ApiError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &refusal):
		return refusal.Status
	}
	return http.StatusBadRequest // refused by the validation of a field
}
