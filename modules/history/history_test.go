package history_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

func getHistory(client hospitaltest.Client, patient, query string) hospitaltest.Response {
	return client.Do(http.MethodGet, "/api/hospital/patients/"+id(patient)+"/history?"+query, nil)
}

// entriesOf returns "kind id" of every entry of a response.
func entriesOf(response hospitaltest.Response) (entries []string) {
	for _, e := range response.JSON["entries"].([]any) {
		entry := e.(map[string]any)
		entries = append(entries, entry["kind"].(string)+" "+entry["record"].(map[string]any)["id"].(string))
	}
	return entries
}

// collections maps kinds of entries to their collections.
var collections = map[string]string{
	"visit": "appointments", "encounter": "encounters", "vitals": "vitals", "condition": "conditions",
	"allergy": "allergies", "prescription": "prescriptions", "document": "documents", "bill": "bills",
}

// TestHistoryShowsWhatTheListsShow compares the history with the lists of the collections, record
// by record, for every account.
func TestHistoryShowsWhatTheListsShow(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range hospitaltest.Accounts {
		client := h.As(account)
		for _, patient := range []string{"pat1", "pat2"} {
			response := getHistory(client, patient, "limit=200")
			visible := client.View("patients", id(patient), "").Status == http.StatusOK
			if visible != (response.Status == http.StatusOK) {
				t.Errorf("%s of %s: %d", account, patient, response.Status)
			}
			if response.Status != http.StatusOK {
				if missing := getHistory(client, "nobody", ""); string(missing.Raw) != string(response.Raw) {
					t.Errorf("%s: the refusal %s differs from that of a missing patient: %s", account, response.Raw, missing.Raw)
				}
				continue
			}
			got, want := entriesOf(response), []string{}
			shown := map[string]map[string]any{}
			for kind, collection := range collections {
				of := hospitaltest.Filter("patient = '" + id(patient) + "'")
				for _, item := range client.List(collection, of).Items() {
					if item["issued_at"] == "" && kind == "bill" {
						continue // a draft is not in the timeline
					}
					want = append(want, kind+" "+item["id"].(string))
					shown[kind+" "+item["id"].(string)] = item
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: the history of %s has\n%v, the lists have\n%v", account, patient, got, want)
			}
			for _, e := range response.JSON["entries"].([]any) {
				entry := e.(map[string]any)
				record := entry["record"].(map[string]any)
				delete(record, "expand")
				item := shown[entry["kind"].(string)+" "+record["id"].(string)]
				if fmt.Sprint(item) != fmt.Sprint(record) {
					t.Errorf("%s: the history has\n%v, the list has\n%v", account, record, item)
				}
			}
		}
	}
	if response := getHistory(h.As("guest"), "pat1", ""); response.Status != http.StatusUnauthorized {
		t.Errorf("a guest: %d", response.Status)
	}
	drugs := string(getHistory(h.As("patient1"), "pat1", "kinds=prescription").OK(t).Raw)
	if !strings.Contains(drugs, "Ibuprofen") || strings.Contains(drugs, "Paracetamol") {
		t.Errorf("the drugs: %s", drugs)
	}
}

func TestPagesHaveNoGapsAndNoDuplicates(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	insertEntries(t, h, 30)
	client := h.As("nurse1")
	all := entriesOf(getHistory(client, "pat1", "limit=200").OK(t))
	for _, limit := range []int{1, 3, 7, 200} {
		var got []string
		cursor := ""
		for range 300 {
			page := getHistory(client, "pat1", fmt.Sprintf("limit=%d&cursor=%s", limit, url.QueryEscape(cursor))).OK(t)
			got = append(got, entriesOf(page)...)
			if cursor = page.String("cursor"); cursor == "" {
				break
			}
			if limit == 7 && len(got) == 7 { // a new entry comes before the first page
				client.Create("allergies", body{"patient": id("pat1"), "substance": "Nickel"}).OK(t)
			}
		}
		if !slices.Equal(got, all) {
			t.Errorf("pages of %d:\n%v\none page:\n%v", limit, got, all)
		}
		all = entriesOf(getHistory(client, "pat1", "limit=200").OK(t))
	}
}

func TestHistoryIsFilteredByDayAndKind(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	nurse := h.As("nurse1")
	for _, day := range []string{
		"2019-12-31 23:59:59.999Z", "2020-01-01 00:00:00.000Z", "2020-01-02 23:59:59.999Z", "2020-01-03 00:00:00.000Z",
	} {
		nurse.Create("vitals", body{"patient": id("pat1"), "pulse": 70, "taken_at": day}).OK(t)
	}
	if got := getHistory(nurse, "pat1", "from=2020-01-01&to=2020-01-02").OK(t); len(entriesOf(got)) != 2 {
		t.Errorf("entries of two days: %v, want 2", entriesOf(got))
	}
	for _, entry := range entriesOf(getHistory(nurse, "pat1", "kinds=vitals,allergy&limit=200").OK(t)) {
		if !strings.HasPrefix(entry, "vitals") && !strings.HasPrefix(entry, "allergy") {
			t.Errorf("%s is of another kind", entry)
		}
	}
	for query, field := range map[string]string{
		"from=soon": "from", "from=1899-12-31": "from", "to=2020-02-30": "to", "to=1899-12-31": "to",
		"kinds=visit,secrets": "kinds", "limit=0": "limit", "limit=201": "limit", "limit=x": "limit",
		"cursor=x": "cursor", "cursor=" + url.QueryEscape("WyJhIl0"): "cursor",
	} {
		response := getHistory(nurse.SkipContract(), "pat1", query)
		if response.Status != http.StatusBadRequest || response.Code(field) == "" {
			t.Errorf("%s: %d %s", query, response.Status, response.Raw)
		}
	}
}

// insertEntries adds entries of five kinds to the first patient, some of them at the same instant.
func insertEntries(t testing.TB, h *hospitaltest.Hospital, each int) {
	t.Helper()
	err := h.App.RunInTransaction(func(tx core.App) error {
		for i := range each {
			day := time.Date(2006, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i*7/2).Format("2006-01-02 15:04:05.000Z")
			for kind, insert := range map[string]string{
				"v": `INSERT INTO vitals (id, patient, taken_at, pulse, flags, state, created, updated)
					VALUES ({:id}, {:p}, {:day}, 70, '[]', 'final', {:day}, {:day})`,
				"a": `INSERT INTO allergies (id, patient, substance, state, created, updated)
					VALUES ({:id}, {:p}, 'Nickel', 'active', {:day}, {:day})`,
				"c": `INSERT INTO conditions (id, patient, text, state, created, updated)
					VALUES ({:id}, {:p}, 'Cough', 'active', {:day}, {:day})`,
				"d": `INSERT INTO documents (id, patient, kind, title, file, state, visible_to_patient, created, updated)
					VALUES ({:id}, {:p}, 'other', 'T', 'x.txt', 'final', true, {:day}, {:day})`,
				"e": `INSERT INTO encounters (id, appointment, patient, doctor, status, notes, amends, created, updated)
					VALUES ({:id}, {:id}, {:p}, {:dr}, 'signed', {:long}, '', {:day}, {:day})`,
			} {
				params := dbx.Params{
					"id": fmt.Sprintf("%s%014d", kind, i), "p": id("pat1"), "dr": id("dr1"), "day": day,
					"long": strings.Repeat("note ", 1000),
				}
				if _, err := tx.NonconcurrentDB().NewQuery(insert).Bind(params).Execute(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFirstPageIsReadFromIndexes reads the first of 5,000 entries without a scan, as every role.
func TestFirstPageIsReadFromIndexes(t *testing.T) {
	h := hospitaltest.New(t)
	insertEntries(t, h, 1000)
	for _, account := range []string{"patient1", "doctor1", "nurse1", "admin1", "receptionist1"} {
		client := h.As(account)
		plans := h.Plans(func() { getHistory(client, "pat1", "").OK(t) })
		for _, p := range plans {
			for _, step := range p.Steps {
				if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "CONSTANT ROW") {
					t.Errorf("%s: %s in %s", account, step, p.SQL)
				}
			}
			if strings.Contains(p.SQL, "AS at") || strings.Contains(p.SQL, "AS `at`") {
				t.Logf("%s: %s\n    %v", account, p.SQL, p.Steps)
				if !slices.ContainsFunc(p.Steps, func(s string) bool {
					return strings.Contains(s, "USING") && strings.Contains(s, "INDEX") && strings.Contains(s, "patient=? AND ")
				}) {
					t.Errorf("%s: no index finds the newest entries: %v", account, p.Steps)
				}
			}
		}
		best := time.Hour
		for range 10 {
			begin := time.Now()
			getHistory(client.SkipContract(), "pat1", "").OK(t)
			best = min(best, time.Since(begin))
		}
		t.Logf("%s: the first page took %v", account, best)
	}
}
