package audit_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// searches returns the searches that some work wrote to the log, as
// "nurse1 patients [pat1] medical_history matched 1: pat1".
func searches(h *hospitaltest.Hospital, work func()) (found []string) {
	h.T.Helper()
	for _, e := range logged(h, work) {
		if e["action"] != "search" {
			continue
		}
		changes := e["changes"].(string)
		for _, name := range []string{"pat1", "pat2"} {
			changes = strings.ReplaceAll(changes, id(name), name)
		}
		found = append(found, e["actor_name"].(string)+" "+e["collection"].(string)+" "+
			strings.TrimRight(e["patient"].(string), "0")+" "+changes)
	}
	return found
}

func expectSearches(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// ill is a hospital where pat1 alone has an illness.
func ill(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	h.As("doctor1").Update("patients", id("pat1"), body{"medical_history": "HIV"}).OK(t)
	return h
}

func TestASearchOfPatientsIsLoggedAlsoWithoutRowsOnThePage(t *testing.T) {
	t.Parallel()
	h := ill(t)
	const want = `{"fields":["","medical_history"],"matched":["","1"],"patients":["","pat1"]}`
	for _, query := range []string{"page=2", "page=1", "page=2&perPage=1&fields=id"} {
		expectSearches(t, searches(h, func() {
			h.As("nurse1").List("patients", hospitaltest.Filter(`medical_history ~ "HIV"`)+"&"+query).OK(t)
		}), "nurse1 patients pat1 "+want)
	}
	expectSearches(t, searches(h, func() {
		h.As("nurse1").List("patients", "page=2&skipTotal=1&"+hospitaltest.Filter(`medical_history ~ "HIV"`)).OK(t)
		h.As("nurse1").List("patients", hospitaltest.Filter(`medical_history ~ "gout"`)).OK(t)
	}),
		`nurse1 patients pat1 {"fields":["","medical_history"],"patients":["","pat1"]}`,
		`nurse1 patients  {"fields":["","medical_history"],"matched":["","0"]}`)
}

func TestASearchNamesOnlyWhomTheCallerMaySee(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	expectSearches(t, searches(h, func() { // pat1 is in the care of doctor1, pat2 is not
		h.As("doctor1").List("patients", "page=2&"+hospitaltest.Filter(`name ~ "Patient"`)).OK(t)
	}), `doctor1 patients pat1 {"fields":["","name"],"matched":["","1"],"patients":["","pat1"]}`)
}

func TestASearchByTheFieldsOfOtherRecordsNamesTheirPatients(t *testing.T) {
	t.Parallel()
	h := ill(t)
	h.As("nurse1").Create("vitals", body{"patient": id("pat2"), "pulse": 71}).OK(t)
	for _, list := range []struct{ account, collection, filter, want string }{
		{"nurse1", "vitals", `pulse = 71`, `pat2 {"fields":["","pulse"],"matched":["","1"],"patients":["","pat2"]}`},
		{"nurse1", "vitals", `patient.medical_history:lower ~ "hiv" && pulse = 71`,
			` {"fields":["","patient.medical_history, pulse"],"matched":["","0"]}`},
		{"admin1", "bill_items", `bill.patient.medical_history ~ "HIV"`, ``},
		{"admin1", "doctors", `appointments_via_doctor.patient.medical_history ?~ "HIV"`,
			`pat1 {"fields":["","appointments_via_doctor.patient.medical_history"],"matched":["","1"],"patients":["","pat1"]}`},
	} {
		got := searches(h, func() {
			h.As(list.account).List(list.collection, "page=9&"+hospitaltest.Filter(list.filter)).OK(t)
		})
		if list.want == "" { // several lines of the bills
			if len(got) != 1 || !strings.Contains(got[0], `"patients":["","pat1"]`) {
				t.Errorf("the log has %q", got)
			}
			continue
		}
		expectSearches(t, got, list.account+" "+list.collection+" "+list.want)
	}
}

func TestASortByTheFieldsOfPatientsIsLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("doctor1").Update("patients", id("pat1"), body{"medical_history": "zoster"}).OK(t)
	got := searches(h, func() {
		h.As("nurse1").Do(http.MethodGet, "/api/collections/patients/records?sort=-medical_history&perPage=1", nil).OK(t)
	})
	const want = `nurse1 patients pat1 {"fields":["","medical_history"],"matched":["","6"],"patients":["","pat1"]}`
	expectSearches(t, got, want)
}

func TestASubscriptionWithAFilterIsLogged(t *testing.T) {
	t.Parallel()
	h := ill(t)
	nurse, topic := openStream(h), `patients/*?options={"query":{"filter":"medical_history ~ 'HIV'"}}`
	expectSearches(t, searches(h, func() {
		h.As("nurse1").Do(http.MethodPost, "/api/realtime",
			body{"clientId": nurse, "subscriptions": []string{topic, "appointments/*"}}).OK(t)
	}), `nurse1 patients  {"fields":["","medical_history"]}`)
}

// The empty page of a list without further fields still says how many records there are.
func TestAnEmptyPageWithATotalIsLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("nurse1").Create("vitals", body{"patient": id("pat1"), "pulse": 71}).OK(t)
	got := searches(h, func() {
		h.As("nurse1").List("vitals", "page=99&"+hospitaltest.Filter(`patient = "`+id("pat1")+`"`)).OK(t)
	})
	if len(got) != 1 || !strings.HasPrefix(got[0], `nurse1 vitals pat1 {"fields":["","patient"],"matched":`) {
		t.Errorf("the log has %q", got)
	}
}

func TestWorklistsAndOwnRecordsAreNotLoggedAsSearches(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	expectSearches(t, searches(h, func() {
		h.As("patient1").List("patients", "page=2&"+hospitaltest.Filter(`medical_history ~ "x" || name ~ "a"`)).OK(t)
		h.As("doctor1").List("appointments", "sort=starts&"+
			hospitaltest.Filter(`status = "pending" && starts > "2020-01-01" && doctor.active = true`)).OK(t)
		h.As("nurse1").List("patients", "page=2").OK(t)
		h.As("accountant1").List("bills", "sort=-issued_at&"+hospitaltest.Filter(`status = "unpaid" && number ~ "I"`)).OK(t)
		h.As("nurse1").List("vitals", hospitaltest.Filter(`patient = "`+id("pat1")+`"`)).OK(t)
		h.As("receptionist1").List("doctors", hospitaltest.Filter(`name ~ "a"`)).OK(t)
	}))
}

func TestASearchNamesAtMostAHundredPatients(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	err := h.SQL(`WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
		INSERT INTO patients (id, mrn, name, created, updated)
		SELECT 'crowd' || i || '0000000', 'C' || i, 'Crowd', '', '' FROM n`)
	if err != nil {
		t.Fatal(err)
	}
	got := searches(h, func() { h.As("nurse1").List("patients", "page=9&"+hospitaltest.Filter(`name = "Crowd"`)).OK(t) })
	if len(got) != 1 || strings.Count(got[0], "crowd") != 100 || !strings.Contains(got[0], `"matched":["","151"]`) ||
		!strings.Contains(got[0], ", and others") {
		t.Errorf("the log has %q", got)
	}
}
