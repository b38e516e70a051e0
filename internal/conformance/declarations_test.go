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

// The dashboard, the API document and PERMISSIONS.md show these texts.
func TestEveryFieldHasAHelpText(t *testing.T) {
	t.Parallel()
	const maxLength = 280 // PocketBase allows 300, including " Set by the server."
	for name, c := range kit.CatalogOf(modules.All) {
		if c.Description == "" {
			t.Errorf("%s has no Description", name)
		}
		for _, f := range c.Fields {
			help := f.HelpText()
			if help == "" || len(help) > maxLength || !strings.HasSuffix(help, ".") {
				t.Errorf("%s.%s: Help must be a sentence of at most %d characters: %q", name, f.GetName(), maxLength, help)
			}
		}
	}
}

// The dashboard shows the presentable fields of a record wherever another record points to
// it. Without such a field it shows the id.
func TestRelationTargetsHaveAPresentableField(t *testing.T) {
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
				t.Errorf("%s.%s points to %s, which has no presentable field", name, f.GetName(), target)
			}
		}
	}
}

func TestTriggersRefuseDeletesAndChangesOfImmutableRecords(t *testing.T) {
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
