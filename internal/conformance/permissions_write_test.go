package conformance_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules"
)

func TestCreatePermissions(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	permissions := readTable(t)
	for _, collection := range slices.Sorted(maps.Keys(permissions)) {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			for _, account := range everybody {
				role := hospitaltest.RoleOf(account)
				word := permissions[collection]["create"][role]
				for _, owner := range []string{"1", "2"} {
					body := creation(h, collection, owner, role)
					added := creates(t, h, account, collection, body)
					want := word == "all" || (strings.HasPrefix(word, "care") || strings.HasPrefix(word, "own")) && strings.HasSuffix(account, owner)
					if added != want {
						t.Errorf("%s creates %s of %s: %v, should be %v by %q", account, collection, owner, added, want, word)
					}
				}
				if strings.HasSuffix(account, "2") {
					continue // fields depend on the role, not on the person
				}
				for _, field := range permissions.fields(collection) {
					p := probeOf(collection, field, role)
					body := creation(h, collection, "1", role)
					if _, given := body[field]; !given || !isRelation(collection, field) {
						p.put(h, body, field)
					}
					want := strings.Contains(permissions[collection][field][role], "c")
					id := body["id"].(string)
					h.As(account).Create(collection, body)
					r, err := h.App.FindRecordById(collection, id)
					took := err == nil && holds(r, field, body[field])
					if took != want {
						t.Errorf("%s gives %s.%s to a new record: %v, should be %v", account, collection, field, took, want)
					}
				}
			}
		})
	}
}

// holds reports whether a record has the value that was sent. A stored file has the
// sent name plus a suffix.
func holds(r *core.Record, field string, sent any) bool {
	if file, ok := sent.(hospitaltest.File); ok {
		return strings.HasPrefix(r.GetString(field), strings.TrimSuffix(file.Name, ".txt"))
	}
	return fmt.Sprint(r.Get(field)) == fmt.Sprint(normal(r, field, sent))
}

// creates tries to create a record and reports whether it exists afterwards.
func creates(t testing.TB, h *hospitaltest.Hospital, account, collection string, body hospitaltest.Body) bool {
	t.Helper()
	before := h.Count(collection)
	h.As(account).Create(collection, body)
	_, err := h.App.FindRecordById(collection, body["id"].(string))
	if added := h.Count(collection) - before; added < 0 || added > 1 || (added == 1) != (err == nil) {
		t.Fatalf("%s: creating one %s added %d", account, collection, added)
	}
	return err == nil
}

func TestUpdatePermissions(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	permissions := readTable(t)
	for _, collection := range slices.Sorted(maps.Keys(permissions)) {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			dropTriggers(t, h)
			for _, account := range everybody {
				role := hospitaltest.RoleOf(account)
				word := permissions[collection]["update"][role]
				mine := meant(t, h, collection, word, account)
				field := changeable(permissions, collection, role)
				for _, id := range changeableIDs(t, h, collection) {
					changed := updates(t, h, account, collection, id, field, probeOf(collection, field, role))
					if want := slices.Contains(mine, id); changed != want {
						t.Errorf("%s changes %s.%s of %s: %v, should be %v by %q", account, collection, field, id, changed, want, word)
					}
				}
				if strings.HasSuffix(account, "2") {
					continue
				}
				for _, field := range permissions.fields(collection) {
					p := probeOf(collection, field, role)
					id := p.on
					if id == "" {
						id = differing(t, h, collection, field, p, changeableIDs(t, h, collection), mine)
					}
					changed := updates(t, h, account, collection, id, field, p)
					if want := strings.Contains(permissions[collection][field][role], "u"); changed != want {
						t.Errorf("%s changes %s.%s: %v, should be %v", account, collection, field, changed, want)
					}
				}
			}
		})
	}
}

// updates tries to change one field of one record, reports whether it changed, and
// restores the record.
func updates(t testing.TB, h *hospitaltest.Hospital, account, collection, id, field string, p probe) bool {
	t.Helper()
	before := h.Record(collection, id)
	if p.at != nil {
		h.At(p.at(before))
		defer h.At(time.Now())
	}
	body := hospitaltest.Body{}
	p.put(h, body, field)
	if _, ok := p.value.(bool); ok {
		body[field] = !before.GetBool(field)
	}
	client := h.As(account)
	client.Update(collection, id, body)
	after := h.Record(collection, id)
	columns, err := before.DBExport(h.App)
	if err != nil {
		t.Fatal(err)
	}
	restore(t, h, collection, id, columns)
	return fmt.Sprint(before.Get(field)) != fmt.Sprint(after.Get(field))
}

// restore writes a row back with SQL, and deletes the notices about the change.
func restore(t testing.TB, h *hospitaltest.Hospital, collection, id string, columns map[string]any) {
	t.Helper()
	delete(columns, "id")
	if _, err := h.App.NonconcurrentDB().Update(collection, columns, dbx.HashExp{"id": id}).Execute(); err != nil {
		t.Fatalf("restore %s %s: %v", collection, id, err)
	}
	if err := h.SQL("DROP TRIGGER IF EXISTS notices_no_delete"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.App.NonconcurrentDB().Delete("notices",
		dbx.NewExp("appointment = {:id} AND appointment_version > {:version} OR about = {:about}",
			dbx.Params{"id": id, "version": columns["version"], "about": collection + "/" + id})).Execute(); err != nil {
		t.Fatal(err)
	}
}

func isRelation(collection, field string) bool {
	return kit.CatalogOf(modules.All)[collection].Field(field).Type() == core.FieldTypeRelation
}

// changeable returns a field that the role may change, or else one that an admin may,
// or else the first.
func changeable(permissions table, collection string, caller kit.Role) string {
	fields := permissions.fields(collection)
	for _, candidates := range [][]string{preferred[collection], fields} {
		for _, f := range candidates {
			if strings.Contains(permissions[collection][f][caller], "u") {
				return f
			}
		}
	}
	for _, f := range append(slices.Clone(preferred[collection]), fields...) {
		if strings.Contains(permissions[collection][f][role.Admin], "u") {
			return f
		}
	}
	return fields[0]
}

// differing finds a record with another value than the probe's, preferably one that the
// caller may change.
func differing(t testing.TB, h *hospitaltest.Hospital, collection, field string, p probe, changeable,
	mine []string) string {
	t.Helper()
	best := ""
	for _, id := range append(changeable, allIDs(t, h, collection)...) {
		r := h.Record(collection, id)
		if _, fixed := p.value.(string); fixed && fmt.Sprint(normal(r, field, p.value)) == fmt.Sprint(r.Get(field)) {
			continue
		}
		if slices.Contains(changeable, id) && slices.Contains(mine, id) {
			return id
		}
		if best == "" {
			best = id
		}
	}
	if best == "" {
		t.Fatalf("every %s already has the value %v as %s, so the probe proves nothing", collection, p.value, field)
	}
	return best
}
