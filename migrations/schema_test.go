package migrations_test

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

var update = flag.Bool("update", false, "write schema.golden")

// TestSchemaMatchesTheGoldenFile makes every change of the migrated schema visible in a file
// that reviewers read. Update it with: go test ./migrations -update
func TestSchemaMatchesTheGoldenFile(t *testing.T) {
	t.Parallel()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	got := schema(t, app)
	if *update {
		if err := os.WriteFile("schema.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("schema.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("the migrated schema differs from schema.golden; " +
			"if that is intended, run go test ./migrations -update and read the diff")
	}
}

// schema lists what the database contains: collections, rules, columns, indexes, triggers.
func schema(t *testing.T, app core.App) string {
	t.Helper()
	var out strings.Builder
	collections, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		if c.System {
			continue
		}
		out.WriteString(c.Type + " " + c.Name + "\n")
		for _, r := range []struct {
			name string
			rule *string
		}{
			{"list", c.ListRule}, {"view", c.ViewRule}, {"create", c.CreateRule}, {"update", c.UpdateRule},
			{"delete", c.DeleteRule}, {"auth", c.AuthRule}, {"manage", c.ManageRule},
		} {
			if r.rule != nil {
				out.WriteString("  rule " + r.name + ": " + *r.rule + "\n")
			}
		}
		for _, f := range c.Fields {
			options, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString("  field " + f.GetName() + " " + f.Type() + " " + string(options) + "\n")
		}
		for _, index := range c.Indexes {
			out.WriteString("  " + strings.Join(strings.Fields(index), " ") + "\n")
		}
		var triggers []string
		err := app.DB().Select("sql").From("sqlite_master").
			Where(dbx.HashExp{"type": "trigger", "tbl_name": c.Name}).OrderBy("name").Column(&triggers)
		if err != nil {
			t.Fatal(err)
		}
		for _, trigger := range triggers {
			out.WriteString("  " + strings.Join(strings.Fields(trigger), " ") + "\n")
		}
	}
	return out.String()
}

func TestSchemaIsAppliedOncePerChange(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := schema(t, h.App)
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal("a second run:", err)
	}
	var applied int
	err := h.App.DB().NewQuery("SELECT COUNT(*) FROM _migrations WHERE file LIKE '0000000000_schema_%'").Row(&applied)
	if err != nil || applied != 1 {
		t.Errorf("the schema was applied %d times (%v)", applied, err)
	}

	// A declaration that grows adds its column and removes no data; old triggers go.
	declared := kit.CatalogOf(modules.All)
	grown := kit.Catalog{}
	for name, c := range declared {
		grown[name] = c
	}
	departments := grown["departments"]
	departments.Fields = slices.Concat(departments.Fields, kit.Fields{kit.Text("floor", 20)})
	grown["departments"] = departments
	if grown.Fingerprint() == declared.Fingerprint() {
		t.Error("a new column does not change the fingerprint")
	}
	old := "CREATE TRIGGER departments_old BEFORE UPDATE ON departments BEGIN SELECT RAISE(ABORT, 'old'); END"
	if err := h.SQL(old); err != nil { // of an earlier release
		t.Fatal(err)
	}
	if err := grown.Apply(h.App); err != nil {
		t.Fatal("apply the grown schema:", err)
	}
	// The API document does not know the floor.
	h.As("admin1").SkipContract().Do("GET", "/api/collections/departments/records", nil).OK(t)
	general := h.Record("departments", hospitaltest.ID("general"))
	if general.GetString("name") != "General" || general.Collection().Fields.GetByName("floor") == nil {
		t.Error("the grown schema lost data or has no new column")
	}
	after := schema(t, h.App)
	if len(after) <= len(before) {
		t.Error("the grown schema is not larger")
	}
	if strings.Contains(after, "departments_old") {
		t.Error("a trigger that is no longer declared is still there")
	}
}

func TestDeclaredCollectionsCannotBeEditedInTheDashboard(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	before := schema(t, h.App)
	for _, request := range []struct {
		method, path string
		body         hospitaltest.Body
	}{
		{"PATCH", "/api/collections/appointments", hospitaltest.Body{"listRule": ""}},
		{"PATCH", "/api/collections/appointments", hospitaltest.Body{"name": "visits", "listRule": ""}},
		{"PATCH", "/api/collections/users", hospitaltest.Body{"manageRule": ""}},
		{"DELETE", "/api/collections/bills", nil},
		{"DELETE", "/api/collections/payments/truncate", nil},
		{"DELETE", "/api/collections/appointments/truncate", nil},
		{"PUT", "/api/collections/import", hospitaltest.Body{
			"collections":   []any{map[string]any{"name": "bills", "type": "base", "fields": []any{}}},
			"deleteMissing": true,
		}},
	} {
		answer := operator.Do(request.method, request.path, request.body)
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s %s answered %d", request.method, request.path, answer.Status)
		}
	}
	if schema(t, h.App) != before {
		t.Error("the schema changed")
	}
	if h.Count("payments") == 0 || h.Count("appointments") == 0 {
		t.Error("records were lost")
	}
}
