package conformance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// TestEveryFieldSaysWhatItMeans: people read it in the dashboard, in the API document and in
// PERMISSIONS.md.
func TestEveryFieldSaysWhatItMeans(t *testing.T) {
	t.Parallel()
	const longest = 280 // PocketBase takes 300, of which "Set by the server." needs some
	for name, c := range kit.CatalogOf(modules.All) {
		if c.Description == "" {
			t.Errorf("%s has no Description", name)
		}
		for _, f := range c.Fields {
			help := f.HelpText()
			if help == "" || len(help) > longest || !strings.HasSuffix(help, ".") {
				t.Errorf("%s.%s: Help must be a sentence of at most %d characters: %q", name, f.GetName(), longest, help)
			}
		}
	}
}

// TestRelationsShowALabel: the dashboard shows the presentable fields of a record wherever
// another record points to it, and its id when there is none.
func TestRelationsShowALabel(t *testing.T) {
	t.Parallel()
	catalog := kit.CatalogOf(modules.All)
	for name, c := range catalog {
		for _, f := range c.Fields {
			relation, ok := f.Field.(*core.RelationField)
			if !ok {
				continue
			}
			target := catalog.NameOf(relation.CollectionId)
			if !slices.ContainsFunc(catalog[target].Fields, kit.Field.IsPresentable) {
				t.Errorf("%s.%s leads to %s, which has no presentable field", name, f.GetName(), target)
			}
		}
	}
}

// TestNothingIsDeletedBySQL: the database refuses to delete a record of any collection that
// does not expire, and to change one of a collection that is append-only.
func TestNothingIsDeletedBySQL(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	refused := func(sql, code string) {
		if err := h.SQL(sql); err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: %v, should be refused with %s", sql, err, code)
		}
	}
	for name, c := range kit.CatalogOf(modules.All) {
		if h.Count(name) == 0 { // a trigger fires only when there is a row
			if err := h.SQL("INSERT INTO " + name + " (id) VALUES ('onlyrowoftable0')"); err != nil {
				t.Fatalf("a row of %s: %v", name, err)
			}
		}
		if !c.Expiring {
			refused("DELETE FROM "+name, "never_deleted")
		}
		if c.AppendOnly {
			refused("UPDATE "+name+" SET id = id", "append_only")
		}
		if c.Immutable.When == kit.Always {
			refused("UPDATE "+name+" SET created = '2000-01-01 00:00:00.000Z'", "frozen")
		}
	}
}
