package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// TestCompiledReadsAnswerAsPocketBaseDoes sends every view, list, filter, sort, page and expansion
// of every collection as every role, to compiled reads and to PocketBase's handlers, which try the
// whole API rule on each row. The answers are the same, byte for byte. Only the order of lists
// without a sort is not defined.
func TestCompiledReadsAnswerAsPocketBaseDoes(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	for _, account := range []string{"guest", "admin1", "doctor1", "doctor2", "nurse1", "receptionist1", "accountant1",
		"patient1", "patient2"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			unusualRows(h)
			client := h.As(account).SkipContract()
			compiled := 0
			both := func(path string) (fast hospitaltest.Response) {
				before := kit.CompiledReads(h.App)
				fast = client.Do("GET", path, nil)
				compiled += int(kit.CompiledReads(h.App) - before)
				kit.SetCompiledReads(h.App, false)
				slow := client.Do("GET", path, nil)
				kit.SetCompiledReads(h.App, true)
				if plain, _ := url.QueryUnescape(path); !sameAnswer(path, fast, slow) {
					t.Errorf("%s\n compiled %d %s\n standard %d %s", plain, fast.Status, fast.Raw, slow.Status, slow.Raw)
				}
				for _, header := range []string{"Cache-Control", "Content-Type", "X-Content-Type-Options"} {
					if fast.Header.Get(header) != slow.Header.Get(header) {
						t.Errorf("%s: %s is %q, should be %q", path, header, fast.Header.Get(header), slow.Header.Get(header))
					}
				}
				return fast
			}
			catalog := kit.CatalogOf(modules.All)
			for _, name := range slices.Sorted(maps.Keys(catalog)) {
				path := "/api/collections/" + name + "/records"
				before := compiled
				items := both(path + "?perPage=500").Items()
				for _, query := range readQueries(h, name, items) {
					both(path + "?" + query)
				}
				ids := []string{"missing"}
				h.App.DB().Select("id").From(name).OrderBy("rowid DESC").Limit(12).Column(&ids)
				for _, id := range append(ids, "missing") {
					both(path + "/" + id)
				}
				for _, relation := range storedRelations(h, name) {
					if len(items) > 0 {
						both(path + "/" + items[0]["id"].(string) + "?expand=" + relation)
					}
				}
				standard := name == "users" || catalog[name].Members.Table != "" // addresses, and rows of members
				if len(items) > 0 && !standard && compiled-before < 10 {
					t.Errorf("%s: only %d compiled reads", name, compiled-before)
				}
			}
		})
	}
}

// unusualRows stores values that PocketBase writes in other ways than they are stored.
func unusualRows(h *hospitaltest.Hospital) {
	h.T.Helper()
	for _, statement := range []string{
		"UPDATE appointments SET reason = 'a \"quote\", a \\ and <b>é\u2028\U0001F600' || char(1, 10)" +
			" WHERE id = '" + hospitaltest.ID("booked1") + "'",
		"UPDATE appointments SET created = '2030-02-31 00:00:00.000Z', updated = '' WHERE id = '" +
			hospitaltest.ID("asked1") + "'",
		"UPDATE departments SET created = '2030-01-31T10:00:00Z', updated = ''",
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			h.T.Fatalf("%s: %v", statement, err)
		}
	}
}

// readQueries are queries of a list about every field that the caller sees, and some that PocketBase
// has to answer.
func readQueries(h *hospitaltest.Hospital, name string, items []map[string]any) (queries []string) {
	queries = []string{
		"perPage=2&sort=id", "perPage=1&page=2&sort=-id", "page=999", "perPage=2&skipTotal=1&sort=id",
		"skipTotal=true&perPage=500",
		"page=0&perPage=-1&sort=id", "perPage=x", "sort=-created,id", "sort=unknown", "sort=@random&perPage=1&page=999",
		"fields=id&sort=id", "unknown=1&sort=id", "sort=%40rowid&perPage=3",
	}
	if len(items) == 0 { // PocketBase slows down clients whose filters find nothing
		return queries
	}
	queries = append(queries, hospitaltest.Filter(`id != "" || id = ""`)+"&perPage=500", hospitaltest.Filter(`id = `),
		hospitaltest.Filter(`@request.auth.id != ""`)+"&perPage=500", hospitaltest.Filter(`@collection.users.id != ""`),
		hospitaltest.Filter("id != \"\" // a comment\n")+"&perPage=500")
	relations := storedRelations(h, name)
	if len(relations) > 0 {
		queries = append(queries, "sort=id&expand="+strings.Join(relations, ","))
	}
	for _, relation := range relations {
		queries = append(queries, "sort=id&perPage=3&expand="+relation, "sort="+relation+".id,id",
			"sort=id&expand="+relation+"."+relation, hospitaltest.Filter(relation+`.id != "" || id != ""`)+"&sort=id",
			hospitaltest.Filter(relation+`.created > "2000-01-01" || id != ""`)+"&sort=id&skipTotal=1")
	}
	switch name {
	case "patients":
		queries = append(queries, hospitaltest.Filter(`appointments_via_patient.status ?= "approved"`)+"&sort=id&perPage=1",
			"sort=id&expand=appointments_via_patient")
	case "bills":
		queries = append(queries, hospitaltest.Filter(`bill_items_via_bill.quantity ?> 0`)+"&sort=id&perPage=1")
	}
	collection, err := h.App.FindCachedCollectionByNameOrId(name)
	if err != nil {
		h.T.Fatal(err)
	}
	item := items[len(items)-1]
	for _, field := range collection.Fields {
		key := field.GetName()
		value, seen := item[key]
		if !seen || key == "tokenKey" || key == "password" { // hidden ones must be refused alike
			queries = append(queries, "sort="+key+",id", hospitaltest.Filter(key+` != "x"`)+"&sort=id")
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			h.T.Fatal(err)
		}
		queries = append(queries, "sort="+key+",id&perPage=3",
			hospitaltest.Filter(fmt.Sprintf("%s = %s", key, text))+"&sort=-id",
			hospitaltest.Filter(fmt.Sprintf(`%s ~ %s || id ~ "1"`, key, text))+"&skipTotal=1&sort=-"+key+",id")
	}
	return queries
}

func storedRelations(h *hospitaltest.Hospital, name string) (names []string) {
	h.T.Helper()
	collection, err := h.App.FindCachedCollectionByNameOrId(name)
	if err != nil {
		h.T.Fatal(err)
	}
	for _, field := range collection.Fields {
		if field.Type() == core.FieldTypeRelation {
			names = append(names, field.GetName())
		}
	}
	return names
}

func sameAnswer(path string, one, other hospitaltest.Response) bool {
	if one.Status != other.Status || len(one.Raw) != len(other.Raw) {
		return false
	}
	if string(one.Raw) == string(other.Raw) {
		return true
	}
	if strings.Contains(path, "fields=") { // PocketBase itself orders their keys at random
		return reflect.DeepEqual(one.JSON, other.JSON)
	}
	if strings.Contains(path, "sort=") {
		return false
	}
	sorted := func(r hospitaltest.Response) (items []string) {
		var answer struct{ Items []json.RawMessage }
		if json.Unmarshal(r.Raw, &answer) != nil {
			return nil
		}
		for _, item := range answer.Items {
			items = append(items, string(item))
		}
		slices.Sort(items)
		return items
	}
	return len(sorted(one)) > 0 && slices.Equal(sorted(one), sorted(other))
}
