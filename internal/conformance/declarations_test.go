package conformance_test

import (
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

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
