package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// Lists of own rows use the index of the caller's scope, whatever else the client asks:
// a filter or sort that another index could serve does not change the plan. SQLite has
// no statistics here, so the plan for a few rows is the plan for a million.
func TestListsOfOwnRowsUseTheScopeIndex(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	for name, collection := range kit.CatalogOf(modules.All) {
		for role, grant := range collection.Policy {
			own := strings.HasPrefix(grant.Read.Name, "own")
			if !own && !strings.HasPrefix(grant.Read.Name, "care") {
				continue
			}
			client := h.As(string(role) + "1")
			steps := func(query string) []string {
				return lookingAt(name, h.Plans(func() { client.List(name, query).OK(t) }))
			}
			plain := steps("")
			if len(plain) == 0 {
				t.Errorf("the %s of a %s are looked for nowhere", name, role)
				continue
			}
			by := columns(plain[0])
			for query, unique := range lures(collection, client.List(name, "").OK(t).Items()[0]) {
				for _, step := range steps(query) {
					switch found := columns(step); {
					case strings.HasPrefix(step, "SCAN"):
						t.Errorf("the %s of a %s with %s: no index leads to the rows: %s", name, role, decoded(query), step)
					case own && !unique && !slices.Contains(found, by[0]):
						t.Errorf("the %s of a %s are found by %s, but with %s by %s", name, role, by, decoded(query), found)
					}
				}
			}
		}
	}
}

// The trigger against double booking and the queries for free slots read only the visits
// of one doctor or patient, around one time.
func TestSlotQueriesUseIndexes(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	taken := h.Record("appointments", hospitaltest.ID("booked1")).GetString("starts")
	plans := h.TriggerPlans(kit.CatalogOf(modules.All)["appointments"])
	if len(plans) == 0 {
		t.Fatal("no trigger guards the appointments")
	}
	plans = append(plans, h.Plans(func() {
		desk.Do(http.MethodGet, "/api/hospital/doctors/"+hospitaltest.ID("dr1")+"/slots", nil).OK(t)
		desk.Do(http.MethodGet, "/api/hospital/slots?department="+hospitaltest.ID("general"), nil).OK(t)
		desk.Update("appointments", hospitaltest.ID("asked1"), hospitaltest.Body{"starts": taken})
		desk.Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("walkin"), "doctor": hospitaltest.ID("dr1"), "starts": taken})
	})...)
	for _, p := range plans {
		for _, step := range p.FullScans("appointments", "doctor", "patient") {
			t.Errorf("%s in %s", step, p.SQL)
		}
	}
}

// lures returns filters and sorts that another index of the collection could serve, and
// whether that index is unique.
func lures(collection kit.Collection, record map[string]any) map[string]bool {
	queries := map[string]bool{}
	for _, index := range collection.Indexes {
		column, _, _ := strings.Cut(index.Columns, ",")
		value, shown := record[column]
		if !shown {
			continue
		}
		queries["sort="+column] = false
		queries["sort=-"+column] = false
		queries[hospitaltest.Filter(fmt.Sprintf("%s >= %q", column, value))] = false
		queries[hospitaltest.Filter(fmt.Sprintf("%s = %q", column, value))] = index.Unique
	}
	return queries
}

func lookingAt(table string, plans []hospitaltest.Plan) (steps []string) {
	for _, p := range plans {
		steps = append(steps, p.Of(table)...)
	}
	return steps
}

var sought = regexp.MustCompile(`(\w+)[=<>]`)

// columns returns the columns that a step looks rows up by: patient and starts in
// "SEARCH appointments USING INDEX … (patient=? AND starts>?)".
func columns(step string) (names []string) {
	for _, found := range sought.FindAllStringSubmatch(step, -1) {
		names = append(names, found[1])
	}
	return names
}

func decoded(query string) string {
	plain, err := url.QueryUnescape(query)
	if err != nil {
		return query
	}
	return plain
}
