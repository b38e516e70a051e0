package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// Lists of own rows use the index of the caller's scope, also with a filter or sort for
// which there is another index. SQLite has no statistics here, so the plan does not depend
// on the number of rows.
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
			if collection.Members.Table != "" {
				continue // two tables: TestListsOfMembersUseTheIndexesOfBothTables
			}
			client := h.As(string(role) + "1")
			steps := func(query string) []string {
				return stepsOn(name, h.Plans(func() { client.List(name, query).OK(t) }))
			}
			plain := steps("")
			if len(plain) == 0 {
				t.Errorf("the list of %s as %s reads no rows of the table", name, role)
				continue
			}
			by := columns(plain[0])
			for query, unique := range otherIndexQueries(collection, client.List(name, "").OK(t).Items()[0]) {
				for _, step := range steps(query) {
					switch found := columns(step); {
					case strings.HasPrefix(step, "SCAN"):
						t.Errorf("the list of %s as %s with %s uses no index: %s", name, role, decoded(query), step)
					case own && !unique && !slices.Contains(found, by[0]):
						t.Errorf("the list of %s as %s uses an index on %s, but with %s one on %s",
							name, role, by, decoded(query), found)
					}
				}
			}
		}
	}
}

// What happened to a patient is found by the patient, in entries of one patient and in those of lists.
func TestListsOfMembersUseTheIndexesOfBothTables(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	about := hospitaltest.Filter(`(action = "list" || action = "view") && patient = "` + hospitaltest.ID("pat1") + `"`)
	for query, accounts := range map[string][]string{
		"":                      {"patient1", "doctor1", "nurse1", "receptionist1", "accountant1"},
		"sort=-at":              {"patient1", "doctor1"},
		about + "&sort=-at":     {"patient1", "doctor1", "admin1", "operator"},
		about + "&sort=-@rowid": {"patient1", "admin1", "operator"},
		about + "&skipTotal=1":  {"patient1", "admin1", "operator"},
		"sort=-at&" + hospitaltest.Filter(`action = "list"`): {"patient1", "doctor1"},
	} {
		for _, account := range accounts {
			client := operator
			if account != "operator" {
				client = h.As(account)
			}
			found := 0
			for _, p := range h.Plans(func() { client.List("audit_log", query).OK(t) }) {
				for _, step := range p.Steps {
					if strings.HasPrefix(step, "SCAN") && (step != "SCAN audit_log" || !strings.HasPrefix(p.SQL, "WITH")) {
						t.Errorf("%s with %s: %s", account, decoded(query), step)
					}
					if strings.Contains(step, "(patient=?") || strings.Contains(step, "(actor=?") {
						found++
					}
				}
			}
			if found < 2 { // twice for the page and the total, or in two tables
				t.Errorf("%s with %s finds rows %d times by an index", account, decoded(query), found)
			}
		}
	}
}

// The trigger against double booking and the queries for free slots read only the visits of
// one doctor or patient in one period.
func TestSlotQueriesUseIndexes(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	taken := h.Record("appointments", hospitaltest.ID("booked1")).GetString("starts")
	plans := h.TriggerPlans(kit.CatalogOf(modules.All)["appointments"])
	if len(plans) == 0 {
		t.Fatal("the appointments have no trigger")
	}
	plans = append(plans, h.Plans(func() {
		desk.Do(http.MethodGet, "/api/hospital/doctors/"+hospitaltest.ID("dr1")+"/slots", nil).OK(t)
		desk.Do(http.MethodGet, "/api/hospital/slots?department="+hospitaltest.ID("general"), nil).OK(t)
		desk.Update("appointments", hospitaltest.ID("asked1"), hospitaltest.Body{"starts": taken})
		desk.Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("walkin"), "doctor": hospitaltest.ID("dr1"),
			"starts": taken})
		day := time.Now().UTC().Truncate(24 * time.Hour).Add(200 * 24 * time.Hour).Format(wireFormat)
		h.As("patient1").Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat1"),
			"doctor": hospitaltest.ID("dr1"), "starts": day}).OK(t) // counts what the account has booked
		h.As("patient1").Create("patients", hospitaltest.Body{"user": hospitaltest.ID("patient1"), "name": "Child"}).OK(t)
	})...)
	for _, p := range plans {
		for _, step := range p.FullScans("appointments", "doctor", "patient", "requested_by") {
			t.Errorf("%s in %s", step, p.SQL)
		}
	}
}

// otherIndexQueries returns filters and sorts for which the collection has another index,
// and whether that index is unique.
func otherIndexQueries(collection kit.Collection, record map[string]any) map[string]bool {
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

func stepsOn(table string, plans []hospitaltest.Plan) (steps []string) {
	for _, p := range plans {
		steps = append(steps, p.Of(table)...)
	}
	return steps
}

var comparison = regexp.MustCompile(`(\w+)[=<>]`)

// columns returns the columns that a step looks rows up by: patient and starts in
// "SEARCH appointments USING INDEX … (patient=? AND starts>?)".
func columns(step string) (names []string) {
	for _, found := range comparison.FindAllStringSubmatch(step, -1) {
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
