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

// These tests compare the running API with every cell of permissions.txt. They check which
// records were sent or changed, not the status codes.

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
					t.Errorf("the fixture cannot prove that %s reads %q of %s: %d records in scope, %d not",
						account, word, collection, len(want), len(rest))
				}
				c := checker{t, h, h.As(account), account, collection}
				list := func(query string) []string { return c.client.List(collection, query).IDs() }
				c.sees("list", list(""), want)
				c.sees("list without total", list("skipTotal=1&sort=-created,id"), want)
				c.sees("list with an open filter", list(hospitaltest.Filter(`id != "" || id = ""`)), want)
				c.sees("list with a comment", list(hospitaltest.Filter("id != '' // )")), want)
				var viewed []string
				for _, id := range append(slices.Clone(want), rest...) {
					if c.client.View(collection, id, "").Status == http.StatusOK {
						viewed = append(viewed, id)
					}
				}
				c.sees("view", viewed, want)
				c.deletesNothing(append(slices.Clone(want), rest...))
				if len(want) > 0 {
					c.fields(permissions, want[0])
				}
			}
		})
	}
}

func (c checker) deletesNothing(ids []string) {
	c.t.Helper()
	for _, id := range ids {
		c.client.Do(http.MethodDelete, "/api/collections/"+c.collection+"/records/"+id, nil)
		if _, err := c.h.App.FindRecordById(c.collection, id); err != nil {
			c.t.Fatalf("%s deleted %s %s", c.account, c.collection, id)
		}
	}
}

// fields checks which fields an answer contains, and that the others cannot be guessed by
// filter, sort, fields, or through a relation.
func (c checker) fields(permissions table, id string) {
	c.t.Helper()
	role := hospitaltest.RoleOf(c.account)
	shown := c.client.View(c.collection, id, "").JSON
	for _, field := range permissions.fields(c.collection) {
		readable := strings.Contains(permissions[c.collection][field][role], "r")
		if _, ok := shown[field]; ok != readable {
			c.t.Errorf("%s is shown %s.%s: %v, should be %v", c.account, c.collection, field, ok, readable)
		}
		if readable {
			continue
		}
		for _, probe := range []string{
			hospitaltest.Filter(field + ` != "x"`), hospitaltest.Filter(field + `:lower != "x"`),
			hospitaltest.Filter(`id != "" && ` + field + ` != "x"`),
			"sort=" + field, "sort=-" + field,
		} {
			if items := c.client.List(c.collection, probe).Items(); len(items) > 0 {
				c.t.Errorf("%s can probe %s.%s by %s", c.account, c.collection, field, probe)
			}
		}
		guess := hospitaltest.Body{field: c.h.Record(c.collection, id).Get(field)}
		if answer := c.client.SkipContract().Update(c.collection, id, guess); answer.Status < 400 {
			c.t.Errorf("%s can verify a guess of %s.%s", c.account, c.collection, field)
		}
		for _, item := range c.client.List(c.collection, "fields=id,"+field).Items() {
			if _, ok := item[field]; ok {
				c.t.Errorf("%s reads %s.%s with fields=", c.account, c.collection, field)
			}
		}
	}
	c.relations(permissions)
}

// relations checks the same through every relation to the collection and through its back
// relations.
func (c checker) relations(permissions table) {
	c.t.Helper()
	role := hospitaltest.RoleOf(c.account)
	visible := meant(c.t, c.h, c.collection, permissions[c.collection]["read"][role], c.account)
	for from, relation := range relationsTo(c.collection) {
		for _, item := range c.client.List(from, "expand="+relation).Items() {
			expand, _ := item["expand"].(map[string]any)
			target, ok := expand[relation].(map[string]any)
			if !ok {
				continue
			}
			if !slices.Contains(visible, target["id"].(string)) {
				c.t.Errorf("%s sees %s %v expanded from %s.%s", c.account, c.collection, target["id"], from, relation)
			}
			for field := range target {
				if cell, ok := permissions[c.collection][field]; ok && !strings.Contains(cell[role], "r") {
					c.t.Errorf("%s is shown %s.%s expanded from %s.%s", c.account, c.collection, field, from, relation)
				}
			}
		}
		for _, field := range permissions.fields(c.collection) {
			if strings.Contains(permissions[c.collection][field][role], "r") {
				continue
			}
			for _, probe := range []string{hospitaltest.Filter(relation + "." + field + ` != "x"`),
				"sort=" + relation + "." + field} {
				if items := c.client.List(from, probe).Items(); len(items) > 0 {
					c.t.Errorf("%s can probe %s.%s from %s by %s", c.account, c.collection, field, from, probe)
				}
			}
		}
	}
	for back := range relationsTo(c.collection) {
		relation := relationsOf(back)[c.collection]
		for _, field := range permissions.fields(back) {
			if strings.Contains(permissions[back][field][role], "r") {
				continue
			}
			probe := hospitaltest.Filter(back + "_via_" + relation + "." + field + ` ?!= "x"`)
			if items := c.client.List(c.collection, probe).Items(); len(items) > 0 {
				c.t.Errorf("%s can probe %s.%s from %s by %s", c.account, back, field, c.collection, probe)
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
				if r, ok := f.Field.(*core.RelationField); ok && catalog.NameOf(r.CollectionId) == collection &&
					!yield(from, f.GetName()) {
					return
				}
			}
		}
	}
}

// relationsOf maps the collections that a collection points to, to the relation field.
func relationsOf(collection string) map[string]string {
	catalog, to := kit.CatalogOf(modules.All), map[string]string{}
	for _, f := range catalog[collection].Fields {
		if r, ok := f.Field.(*core.RelationField); ok {
			to[catalog.NameOf(r.CollectionId)] = f.GetName()
		}
	}
	return to
}
