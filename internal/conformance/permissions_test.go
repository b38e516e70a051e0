package conformance_test

import (
	"fmt"
	"maps"
	"net/http"
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

// The tests of this file hold permissions.txt against the running API, cell by
// cell, and judge by the records that were seen or changed, not by status codes.

func TestReadPermissions(t *testing.T) {
	t.Parallel()
	permissions := readTable(t)
	for _, collection := range slices.Sorted(maps.Keys(permissions)) {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			for _, account := range everybody {
				word := permissions[collection]["read"][hospitaltest.RoleOf(account)]
				want, rest := meant(t, h, collection, word, account), []string{}
				for _, id := range allIDs(t, h, collection) {
					if !slices.Contains(want, id) {
						rest = append(rest, id)
					}
				}
				if word != "-" && len(want) == 0 || word != "-" && word != "all" && len(rest) == 0 {
					t.Errorf("the furnished hospital cannot tell whether %s reads %q of %s: %d in, %d out", account, word, collection, len(want), len(rest))
				}
				ask := asking{t, h, h.As(account), account, collection}
				ask.sees("list", ask.client.List(collection, "").IDs(), want)
				ask.sees("list without total", ask.client.List(collection, "skipTotal=1&sort=-created,id").IDs(), want)
				ask.sees("list with an open filter", ask.client.List(collection, hospitaltest.Filter(`id != "" || id = ""`)).IDs(), want)
				ask.sees("list with a comment", ask.client.List(collection, hospitaltest.Filter("id != '' // )")).IDs(), want)
				var viewed []string
				for _, id := range append(slices.Clone(want), rest...) {
					if ask.client.View(collection, id, "").Status == http.StatusOK {
						viewed = append(viewed, id)
					}
				}
				ask.sees("view", viewed, want)
				ask.deletesNothing(append(slices.Clone(want), rest...))
				if len(want) > 0 {
					ask.fields(permissions, want[0])
				}
			}
		})
	}
}

func (a asking) deletesNothing(ids []string) {
	a.t.Helper()
	for _, id := range ids {
		a.client.Do(http.MethodDelete, "/api/collections/"+a.collection+"/records/"+id, nil)
		if _, err := a.h.App.FindRecordById(a.collection, id); err != nil {
			a.t.Fatalf("%s deleted %s %s", a.account, a.collection, id)
		}
	}
}

// fields asks which fields of a record are shown, and whether the others can be
// guessed by filter, sort, fields, or through a relation.
func (a asking) fields(permissions table, id string) {
	a.t.Helper()
	role := hospitaltest.RoleOf(a.account)
	shown := a.client.View(a.collection, id, "").JSON
	for _, field := range permissions.fields(a.collection) {
		readable := strings.Contains(permissions[a.collection][field][role], "r")
		if _, ok := shown[field]; ok != readable {
			a.t.Errorf("%s is shown %s.%s: %v, should be %v", a.account, a.collection, field, ok, readable)
		}
		if readable {
			continue
		}
		for _, probe := range []string{
			hospitaltest.Filter(field + ` != "x"`), hospitaltest.Filter(field + `:lower != "x"`), hospitaltest.Filter(`id != "" && ` + field + ` != "x"`),
			"sort=" + field, "sort=-" + field,
		} {
			if items := a.client.List(a.collection, probe).Items(); len(items) > 0 {
				a.t.Errorf("%s learns about %s.%s by %s", a.account, a.collection, field, probe)
			}
		}
		guess := hospitaltest.Body{field: a.h.Record(a.collection, id).Get(field)}
		if answer := a.client.Unbound().Update(a.collection, id, guess); answer.Status < 400 {
			a.t.Errorf("%s learns that they guessed %s.%s", a.account, a.collection, field)
		}
		for _, item := range a.client.List(a.collection, "fields=id,"+field).Items() {
			if _, ok := item[field]; ok {
				a.t.Errorf("%s is given %s.%s by fields=", a.account, a.collection, field)
			}
		}
	}
	a.relations(permissions)
}

// relations asks the same through every relation that leads to the collection,
// and through those that lead back from it.
func (a asking) relations(permissions table) {
	a.t.Helper()
	role := hospitaltest.RoleOf(a.account)
	visible := meant(a.t, a.h, a.collection, permissions[a.collection]["read"][role], a.account)
	for from, relation := range relationsTo(a.collection) {
		for _, item := range a.client.List(from, "expand="+relation).Items() {
			expand, _ := item["expand"].(map[string]any)
			target, ok := expand[relation].(map[string]any)
			if !ok {
				continue
			}
			if !slices.Contains(visible, target["id"].(string)) {
				a.t.Errorf("%s sees %s %v expanded from %s.%s", a.account, a.collection, target["id"], from, relation)
			}
			for field := range target {
				if cell, ok := permissions[a.collection][field]; ok && !strings.Contains(cell[role], "r") {
					a.t.Errorf("%s is shown %s.%s expanded from %s.%s", a.account, a.collection, field, from, relation)
				}
			}
		}
		for _, field := range permissions.fields(a.collection) {
			if strings.Contains(permissions[a.collection][field][role], "r") {
				continue
			}
			for _, probe := range []string{hospitaltest.Filter(relation + "." + field + ` != "x"`), "sort=" + relation + "." + field} {
				if items := a.client.List(from, probe).Items(); len(items) > 0 {
					a.t.Errorf("%s learns about %s.%s from %s by %s", a.account, a.collection, field, from, probe)
				}
			}
		}
	}
	for back := range relationsTo(a.collection) {
		relation := relationsOf(back)[a.collection]
		for _, field := range permissions.fields(back) {
			if strings.Contains(permissions[back][field][role], "r") {
				continue
			}
			probe := hospitaltest.Filter(back + "_via_" + relation + "." + field + ` ?!= "x"`)
			if items := a.client.List(a.collection, probe).Items(); len(items) > 0 {
				a.t.Errorf("%s learns about %s.%s from %s by %s", a.account, back, field, a.collection, probe)
			}
		}
	}
}

func TestCreatePermissions(t *testing.T) {
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
					want := word == "all" || (word == "care" || strings.HasPrefix(word, "own")) && strings.HasSuffix(account, owner)
					if added != want {
						t.Errorf("%s creates %s of %s: %v, should be %v by %q", account, collection, owner, added, want, word)
					}
				}
				if strings.HasSuffix(account, "2") {
					continue // the fields are the role's, not the person's
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

// holds says that a record has what was sent as a field. A file gets a name of the
// hospital's own behind the one it came with.
func holds(r *core.Record, field string, sent any) bool {
	if file, ok := sent.(hospitaltest.File); ok {
		return strings.HasPrefix(r.GetString(field), strings.TrimSuffix(file.Name, ".txt"))
	}
	return fmt.Sprint(r.Get(field)) == fmt.Sprint(normal(r, field, sent))
}

// creates tries a new record and says whether it is there afterwards.
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
	t.Parallel()
	permissions := readTable(t)
	for _, collection := range slices.Sorted(maps.Keys(permissions)) {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			thaw(t, h)
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

// updates tries to change one field of one record, says whether it changed, and
// puts the record back.
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

// restore writes a row back as it was, past every law, and takes back what was
// told of the change.
func restore(t testing.TB, h *hospitaltest.Hospital, collection, id string, columns map[string]any) {
	t.Helper()
	delete(columns, "id")
	if _, err := h.App.NonconcurrentDB().Update(collection, columns, dbx.HashExp{"id": id}).Execute(); err != nil {
		t.Fatalf("restore %s %s: %v", collection, id, err)
	}
	if err := h.SQL("DROP TRIGGER IF EXISTS notices_no_delete"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.App.NonconcurrentDB().Delete("notices", dbx.NewExp("appointment = {:id} AND appointment_version > {:version}", dbx.Params{"id": id, "version": columns["version"]})).Execute(); err != nil {
		t.Fatal(err)
	}
}

func isRelation(collection, field string) bool {
	return kit.CatalogOf(modules.All)[collection].Field(field).Type() == core.FieldTypeRelation
}

// changeable is a field that the role may change, or else one that somebody may,
// or else any.
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

// differing is a record that holds another value than the probe's, best one that
// the caller may change.
func differing(t testing.TB, h *hospitaltest.Hospital, collection, field string, p probe, changeable, mine []string) string {
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
		t.Fatalf("every %s has the value %v as %s already, so that nothing can be told by it", collection, p.value, field)
	}
	return best
}

// relationsTo yields every collection and field that points to a collection.
func relationsTo(collection string) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		catalog := kit.CatalogOf(modules.All)
		for _, from := range slices.Sorted(maps.Keys(catalog)) {
			for _, f := range catalog[from].Fields {
				if r, ok := f.Field.(*core.RelationField); ok && catalog.NameOf(r.CollectionId) == collection && !yield(from, f.GetName()) {
					return
				}
			}
		}
	}
}

// relationsOf maps the collections that one points to, to a field that does.
func relationsOf(collection string) map[string]string {
	catalog, to := kit.CatalogOf(modules.All), map[string]string{}
	for _, f := range catalog[collection].Fields {
		if r, ok := f.Field.(*core.RelationField); ok {
			to[catalog.NameOf(r.CollectionId)] = f.GetName()
		}
	}
	return to
}
