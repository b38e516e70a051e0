package modules_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hospital/modules"
	"hospital/modules/hospitaltest"
	"hospital/modules/kit"
)

// An index must lead every role to its own rows, whatever else the client asks: a
// filter or an order that another index would answer does not lure the database
// away from it. SQLite keeps no statistics here, so that the plan for a few rows
// is the plan for a million.
func TestNoListOfOwnRowsLooksAtTheRowsOfOthers(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for name, collection := range kit.CatalogOf(modules.All) {
		for role, grant := range collection.Policy {
			if !strings.HasPrefix(grant.Read.Word, "own") && !strings.HasPrefix(grant.Read.Word, "care") {
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
			own := columns(plain[0])
			for query, unique := range lures(collection, client.List(name, "").OK(t).Items()[0]) {
				for _, step := range steps(query) {
					switch by := columns(step); {
					case strings.HasPrefix(step, "SCAN"):
						t.Errorf("the %s of a %s with %s: no index leads to the rows: %s", name, role, decoded(query), step)
					case strings.HasPrefix(grant.Read.Word, "own") && !unique && !slices.Contains(by, own[0]):
						t.Errorf("the %s of a %s are found by %s, but with %s by %s", name, role, own, decoded(query), by)
					}
				}
			}
		}
	}
}

// lures are the queries that find a record and that an index of its collection
// would answer, and whether the index leads to one row at most.
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

// columns are what a step looks rows up by: patient and starts in
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
