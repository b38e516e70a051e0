package conformance_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// These tests compare the running API with permissions.txt, cell by cell. They check
// which records were seen or changed, not the status codes.

func TestReadPermissions(t *testing.T) {
	hospitaltest.SkipShort(t)
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
					t.Errorf("the test hospital cannot show whether %s reads %q of %s: %d in, %d out", account, word, collection, len(want), len(rest))
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

// fields checks which fields of a record are shown, and that the others cannot be
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
				a.t.Errorf("%s can probe %s.%s by %s", a.account, a.collection, field, probe)
			}
		}
		guess := hospitaltest.Body{field: a.h.Record(a.collection, id).Get(field)}
		if answer := a.client.SkipContract().Update(a.collection, id, guess); answer.Status < 400 {
			a.t.Errorf("%s learns that a guess of %s.%s is right", a.account, a.collection, field)
		}
		for _, item := range a.client.List(a.collection, "fields=id,"+field).Items() {
			if _, ok := item[field]; ok {
				a.t.Errorf("%s is given %s.%s by fields=", a.account, a.collection, field)
			}
		}
	}
	a.relations(permissions)
}

// relations checks the same through every relation to the collection, and through
// back-relations from it.
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
					a.t.Errorf("%s can probe %s.%s from %s by %s", a.account, a.collection, field, from, probe)
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
				a.t.Errorf("%s can probe %s.%s from %s by %s", a.account, back, field, a.collection, probe)
			}
		}
	}
}

// relationsTo yields every collection and relation field that points to a collection.
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

// relationsOf maps each collection that one points to, to the relation field.
func relationsOf(collection string) map[string]string {
	catalog, to := kit.CatalogOf(modules.All), map[string]string{}
	for _, f := range catalog[collection].Fields {
		if r, ok := f.Field.(*core.RelationField); ok {
			to[catalog.NameOf(r.CollectionId)] = f.GetName()
		}
	}
	return to
}
