package audit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// entry is a row of the log, by field.
type entry map[string]any

// logged returns the entries that some work wrote to the log.
func logged(h *hospitaltest.Hospital, work func()) (entries []entry) {
	h.T.Helper()
	if err := audit.Flush(h.App); err != nil {
		h.T.Fatal(err)
	}
	before := h.Count("audit_log")
	work()
	if err := audit.Flush(h.App); err != nil {
		h.T.Fatal(err)
	}
	var rows []dbx.NullStringMap
	err := h.App.DB().NewQuery("SELECT *, (SELECT group_concat(patient, ',' ORDER BY patient) FROM audit_log_patients p " +
		"WHERE p.list = audit_log.list) AS listed FROM audit_log WHERE seq > {:before} ORDER BY seq").
		Bind(dbx.Params{"before": before}).All(&rows)
	if err != nil {
		h.T.Fatal(err)
	}
	for _, r := range rows {
		e := entry{}
		for name, value := range r {
			e[name] = value.String
		}
		entries = append(entries, e)
	}
	return entries
}

// summary formats an entry as "doctor1 doctor update appointments booked1 pat1 done", and a list of several
// patients as "nurse1 nurse list patients  pat1,pat2 done".
func (e entry) summary() string {
	var words []string
	for _, field := range []string{"actor_name", "role", "action", "collection", "record", "patient", "outcome"} {
		word := e[field].(string)
		if listed := e["listed"].(string); field == "patient" && word == "" && listed != "" {
			patients := strings.Split(listed, ",")
			for i := range patients {
				patients[i] = strings.TrimRight(patients[i], "0")
			}
			word = strings.Join(patients, ",")
		}
		if len(word) == len(id("")) {
			word = strings.TrimRight(word, "0")
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func expect(t *testing.T, entries []entry, want ...string) {
	t.Helper()
	var got []string
	for _, e := range entries {
		got = append(got, e.summary())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAChangeIsLoggedWithOldAndNewValues(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := logged(h, func() {
		h.As("receptionist1").Update("patients", id("pat1"),
			body{"phone": "555", "national_id": "NEW-ID", "address": "Am Markt 1"}).OK(t)
	})
	expect(t, entries, "receptionist1 receptionist update patients pat1 pat1 done")
	changes := entries[0]["changes"].(string)
	if !strings.Contains(changes, `"phone":["21","555"]`) || strings.Contains(changes, "NEW-ID") ||
		!strings.Contains(changes, `"national_id":["hash:`) {
		t.Errorf("the changes are %s", changes)
	}
	if entries[0]["ip"] != "127.0.0.1" || len(entries[0]["request"].(string)) != 16 {
		t.Errorf("the entry has ip %v and request %v", entries[0]["ip"], entries[0]["request"])
	}
}

func TestMultiSelectFieldsAreLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := logged(h, func() {
		h.As("nurse1").Create("vitals", body{"patient": id("pat1"), "temperature_c10": 391, "pulse": 190}).OK(t)
	})
	if changes := entries[0]["changes"].(string); !strings.Contains(changes,
		`"flags":["","pulse_high, temperature_c10_high"]`) {
		t.Errorf("the changes are %s", changes)
	}
}

func TestNotesAndSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := logged(h, func() {
		h.As("doctor1").Update("patients", id("pat1"), body{"medical_history": "a private illness"}).OK(t)
		h.As("doctor1").Update("appointments", id("booked1"), body{"staff_note": "a private remark"}).OK(t)
		h.As("patient1").Update("users", id("patient1"),
			body{"oldPassword": hospitaltest.Password, "password": "another-password",
				"passwordConfirm": "another-password"}).OK(t)
	})
	for _, e := range entries {
		if changes := e["changes"].(string); strings.Contains(changes, "private") ||
			strings.Contains(changes, "$2a$") || strings.Contains(changes, "another") {
			t.Errorf("%s: %s", e.summary(), changes)
		}
	}
	if i := slices.IndexFunc(entries, func(e entry) bool { return e["collection"] == "patients" }); i < 0 ||
		!strings.Contains(entries[i]["changes"].(string), `"medical_history":["hash:`) {
		t.Errorf("the change of the history is logged as %v", entries)
	}
}

func TestReactionsAreLoggedWithTheirRequest(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	actions := map[string]bool{}
	for _, e := range logged(h, func() {
		h.As("doctor1").Update("appointments", id("booked1"),
			body{"status": "completed"}).OK(t)
	}) {
		actions[e["action"].(string)+" "+e["collection"].(string)] = true
		if e["patient"] != id("pat1") {
			t.Errorf("%s has no patient", e.summary())
		}
		if e["ip"] != "127.0.0.1" || len(e["request"].(string)) != 16 {
			t.Errorf("%s has ip %q and request %q", e.summary(), e["ip"], e["request"])
		}
	}
	for what, want := range map[string]bool{"update appointments": true, "create bills": true, "create bill_items": true,
		"create appointment_events": false} { // a consequence says what the change says
		if actions[what] != want {
			t.Errorf("the log has %s: %v, should be %v", what, actions[what], want)
		}
	}
}

func TestARolledBackTransactionLeavesNoEntries(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("doctors", id("dr1"), body{"consultation": ""}).OK(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	// refused because the item has no price
	if entries := logged(h, func() {
		h.As("doctor1").Update("appointments", id("booked1"),
			body{"status": "completed"})
	}); len(entries) != 0 {
		t.Errorf("the log has %s", entries[0].summary())
	}
	h.Verify()
}
