package audit_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestReadsOfPatientRecordsAreLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := logged(h, func() {
		h.As("nurse1").View("patients", id("pat1"), "").OK(t)
		h.As("patient1").View("patients", id("pat1"), "").OK(t) // their own
		h.As("patient1").List("appointments", "").OK(t)
		h.As("nurse2").List("patients", hospitaltest.Filter(`name ~ "Patient"`)).OK(t)
		h.As("admin1").View("appointment_events",
			h.As("admin1").List("appointment_events", "perPage=1&fields=id").IDs()[0], "").OK(t)
		h.As("nurse1").List("doctors", "").OK(t) // not a patient's record
		h.As("nurse1").Do(http.MethodGet, "/api/hospital/patients/"+id("kid1")+"/history", nil).OK(t)
	})
	if len(entries) < 5 {
		t.Fatalf("the log has %d entries, want at least 5", len(entries))
	}
	expect(t, entries[:3], "nurse1 nurse view patients pat1 pat1 done", "nurse2 nurse list patients  pat1,pat2 done",
		"nurse2 nurse search patients   done")
	if last := entries[len(entries)-1]; last.summary() != "nurse1 nurse history patients kid1 kid1 done" {
		t.Errorf("the last entry is %s", last.summary())
	}
	if last := entries[len(entries)-2]; last["action"] != "view" ||
		last["collection"] != "appointment_events" || last["patient"] == "" {
		t.Errorf("the last entry is %s", last.summary())
	}
}

func TestExpandedRecordsAreLoggedAsReads(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	expand := "?expand=care_team_via_user.patient"
	for action, request := range map[string]func(){
		"view": func() {
			h.As("nurse1").Do(http.MethodGet, "/api/collections/users/records/"+id("nurse1")+expand, nil).OK(t)
		},
		"list": func() { h.As("nurse1").Do(http.MethodGet, "/api/collections/users/records"+expand, nil).OK(t) },
		"update": func() {
			h.As("nurse1").Do(http.MethodPatch, "/api/collections/users/records/"+id("nurse1")+expand,
				body{"phone": "5"}).OK(t)
		},
		"sign in": func() {
			h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password"+expand,
				body{"identity": "nurse1@example.org", "password": hospitaltest.Password}).OK(t)
		},
	} {
		seen := map[string]bool{}
		for _, e := range logged(h, request) {
			seen[e["listed"].(string)] = e["actor"] == id("nurse1") && e["collection"] == "care_team"
		}
		if !seen[id("pat1")+","+id("walkin")] {
			t.Errorf("a %s shows two patients, the log has %v", action, seen)
		}
	}
	expect(t, logged(h, func() {
		h.As("accountant1").Do(http.MethodGet, "/api/hospital/patients/"+id("pat2")+"/statement", nil).OK(t)
	}),
		"accountant1 accountant statement patients pat2 pat2 done")
	entries := logged(h, func() {
		h.As("receptionist1").Create("patients", body{"name": "PATIENT 1", "national_id": "ID1"})
	})
	expect(t, entries, "receptionist1 receptionist duplicate patients pat1 pat1 done")
}

// openStream opens a realtime stream and returns its client id.
func openStream(h *hospitaltest.Hospital) (client string) {
	h.T.Helper()
	server := httptest.NewServer(h.Handler)
	h.T.Cleanup(server.Close)
	stream, err := server.Client().Get(server.URL + "/api/realtime")
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { _ = stream.Body.Close() })
	var hello struct{ ClientID string }
	lines := bufio.NewScanner(stream.Body)
	for hello.ClientID == "" && lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
			_ = json.Unmarshal([]byte(data), &hello)
		}
	}
	return hello.ClientID
}

func TestRealtimeMessagesAreLoggedAsReads(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("nurse1").Do(http.MethodPost, "/api/realtime",
		body{"clientId": openStream(h), "subscriptions": []string{"patients/*", "patients/" + id("pat1")}}).OK(t)
	entries := logged(h, func() {
		h.As("receptionist1").Update("patients", id("pat1"), body{"phone": "556"}).OK(t)
		h.As("receptionist1").Update("patients", id("pat1"), body{"phone": "557"}).OK(t)
		h.Deliver() // each message goes to two topics
	})
	expect(t, entries, "receptionist1 receptionist update patients pat1 pat1 done",
		"receptionist1 receptionist update patients pat1 pat1 done", "nurse1 nurse hear patients pat1 pat1 done")
	if last := entries[len(entries)-1]; last["ip"] != "127.0.0.1" || last["request"] == "" {
		t.Errorf("the realtime entry has ip %q and request %q", last["ip"], last["request"])
	}
}

// Listeners of one role get the same message, and each has an entry.
func TestEachListenerOfAMessageIsLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	listening := []string{"nurse1", "nurse2", "admin1", "admin2", "patient1"} // a patient's own record is not logged
	for _, account := range listening {
		h.As(account).Do(http.MethodPost, "/api/realtime",
			body{"clientId": openStream(h), "subscriptions": []string{"allergies/*"}}).OK(t)
	}
	entries := logged(h, func() {
		h.As("nurse1").Update("allergies", id("allergy1"), body{"reaction": "hives"}).OK(t)
		h.Deliver()
	})
	var heard []string
	for _, e := range entries {
		if e["action"] == "hear" {
			heard = append(heard, fmt.Sprint(e["actor_name"], " ", e["collection"], " ", e["patient"]))
		}
	}
	slices.Sort(heard)
	var want []string
	for _, account := range []string{"admin1", "admin2", "nurse1", "nurse2"} {
		want = append(want, account+" allergies "+id("pat1"))
	}
	if !slices.Equal(heard, want) {
		t.Errorf("the log has %v, want %v", heard, want)
	}
}

func TestAPatientReadsAboutEmergencyAccess(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var emergency hospitaltest.Response
	_ = logged(h, func() {
		emergency = h.As("doctor1").Create("break_glass",
			body{"patient": id("pat2"), "reason": "found unconscious at the gate"}).OK(t)
		h.As("doctor1").View("patients", id("pat2"), "").OK(t)
	})
	entries := h.As("patient2").List("audit_log",
		"sort=at,action&"+hospitaltest.Filter(
			`actor_name = "doctor1" && (record = "`+emergency.ID()+`" || record = "`+id("pat2")+`")`)).OK(t).Items()
	if len(entries) != 2 || entries[0]["action"] != "create" || entries[0]["collection"] != "break_glass" ||
		entries[1]["action"] != "view" || entries[0]["at"] == "" {
		t.Errorf("the patient reads the entries %v", entries)
	}
	glass := h.As("patient2").View("break_glass", entries[0]["record"].(string), "").OK(t)
	if glass.String("reason") != "found unconscious at the gate" || glass.String("ends") == "" {
		t.Errorf("the patient reads %s", glass.Raw)
	}
}

func TestAPatientReadsWhoViewedTheirRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	_ = logged(h, func() { h.As("nurse1").View("patients", id("kid1"), "").OK(t) })
	seen := h.As("patient1").List("audit_log",
		"sort=-at&"+hospitaltest.Filter(`patient = "`+id("kid1")+`" && action = "view"`)).OK(t).Items()
	if len(seen) != 1 || seen[0]["actor_name"] != "nurse1" || seen[0]["role"] != "nurse" ||
		seen[0]["changes"] != nil || seen[0]["actor"] != nil {
		t.Errorf("the parent reads the entries %v", seen)
	}
	if others := h.As("patient2").List("audit_log",
		hospitaltest.Filter(`patient = "`+id("kid1")+`"`)).OK(t).Items(); len(others) != 0 {
		t.Errorf("another patient reads the entries %v", others)
	}
}

func TestVisitsAffectedByTimeOffAreLoggedAsReads(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("booked1")).GetDateTime("starts").Time()
	entries := logged(h, func() {
		h.As("doctor1").Create("time_off",
			body{"doctor": id("dr1"), "starts": starts.Format("2006-01-02 15:04:05.000Z"),
				"ends": starts.Add(time.Minute).Format("2006-01-02 15:04:05.000Z"), "reason": "ill"}).OK(t)
	})
	if last := entries[len(entries)-1]; last.summary() != "doctor1 doctor affected appointments booked1 pat1 done" {
		t.Errorf("the last entry is %s", last.summary())
	}
}

func TestDownloadsAreLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	file := "/api/files/documents/" + id("kept1") + "/" + h.Record("documents", id("kept1")).GetString("file") +
		"?token="
	entries := logged(h, func() {
		token := h.As("nurse1").Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
		h.As("guest").Do(http.MethodGet, file+token, nil).OK(t)
		h.As("guest").Do(http.MethodGet, file+"forged", nil)
		other := h.As("patient2").Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
		h.As("guest").Do(http.MethodGet, file+other, nil)
	})
	expect(t, entries, "nurse1 nurse download documents kept1 pat1 done",
		" guest get 404 documents kept1  refused", "patient2 patient get 404 documents kept1  refused")
}
