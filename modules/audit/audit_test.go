package audit_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// entry is what an admin reads of a row of the log.
type entry map[string]any

// since is what the log says of all that happened in a piece of work.
func since(h *hospitaltest.Hospital, work func()) (entries []entry) {
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
	if err := h.App.DB().NewQuery("SELECT * FROM audit_log WHERE seq > {:before} ORDER BY seq").Bind(dbx.Params{"before": before}).All(&rows); err != nil {
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

// said is an entry in short: "doctor1 doctor update appointments booked1 done".
func (e entry) said() string {
	var words []string
	for _, field := range []string{"actor_name", "role", "action", "collection", "record", "patient", "outcome"} {
		word := e[field].(string)
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
		got = append(got, e.said())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log says\n%s\nit should say\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAChangeStandsInTheLogWithItsOldAndNewValues(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := since(h, func() {
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
		t.Errorf("sent from %v by request %v", entries[0]["ip"], entries[0]["request"])
	}
}

func TestFieldsOfManyWordsStandInTheLogToo(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := since(h, func() {
		h.As("nurse1").Create("vitals", body{"patient": id("pat1"), "temperature_c10": 391, "pulse": 190}).OK(t)
	})
	if changes := entries[0]["changes"].(string); !strings.Contains(changes,
		`"flags":["","pulse_high, temperature_c10_high"]`) {
		t.Errorf("the changes are %s", changes)
	}
}

func TestNotesAndSecretsAreNotWrittenDown(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := since(h, func() {
		h.As("doctor1").Update("patients", id("pat1"), body{"medical_history": "a private illness"}).OK(t)
		h.As("doctor1").Update("appointments", id("booked1"), body{"staff_note": "a private remark"}).OK(t)
		h.As("patient1").Update("users", id("patient1"),
			body{"oldPassword": hospitaltest.Password, "password": "another-password",
				"passwordConfirm": "another-password"}).OK(t)
	})
	for _, e := range entries {
		if changes := e["changes"].(string); strings.Contains(changes, "private") ||
			strings.Contains(changes, "$2a$") || strings.Contains(changes, "another") {
			t.Errorf("%s: %s", e.said(), changes)
		}
	}
	if i := slices.IndexFunc(entries, func(e entry) bool { return e["collection"] == "patients" }); i < 0 ||
		!strings.Contains(entries[i]["changes"].(string), `"medical_history":["hash:`) {
		t.Errorf("the history changed as %v", entries)
	}
}

func TestWhatFollowsFromAChangeStandsBesideIt(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	actions := map[string]bool{}
	for _, e := range since(h, func() {
		h.As("doctor1").Update("appointments", id("booked1"),
			body{"status": "completed"}).OK(t)
	}) {
		actions[e["action"].(string)+" "+e["collection"].(string)] = true
		if e["patient"] != id("pat1") {
			t.Errorf("%s is of nobody", e.said())
		}
		if e["ip"] != "127.0.0.1" || len(e["request"].(string)) != 16 {
			t.Errorf("%s came from %q by the request %q", e.said(), e["ip"], e["request"])
		}
	}
	for _, want := range []string{"update appointments", "create bills", "create bill_items",
		"create appointment_events"} {
		if !actions[want] {
			t.Errorf("the log does not say %s: %v", want, actions)
		}
	}
}

func TestARefusedChangeLeavesNoTraceButTheAttempt(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := since(h, func() {
		h.As("patient2").Update("appointments", id("booked1"), body{"reason": "mine"})  // not theirs
		h.As("accountant1").Update("appointments", id("booked1"), body{"reason": "x"})  // not their verb
		h.As("guest").List("patients", "")                                              // not signed in
		h.As("doctor1").View("patients", id("pat2"), "")                                // not in care
		h.As("doctor1").Update("appointments", id("booked1"), body{"starts": "never"})  // nonsense is no attempt
		h.As("doctor1").Update("appointments", id("done1"), body{"status": "approved"}) // nor is a wrong state
		h.As("doctor1").Do(http.MethodGet, "/api/collections/"+strings.Repeat("x", 5000)+"/records", nil)
	})
	expect(t, entries,
		"patient2 patient patch 404 appointments booked1  refused",
		"accountant1 accountant patch 403 appointments booked1 pat1 refused",
		" guest get 401 patients   refused",
		"doctor1 doctor get 404 patients pat2 pat2 refused",
		"doctor1 doctor get 404 "+strings.Repeat("x", 60)+"   refused")
}

func TestWhoSeesAPatientsRecordStandsInTheLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := since(h, func() {
		h.As("nurse1").View("patients", id("pat1"), "").OK(t)
		h.As("patient1").View("patients", id("pat1"), "").OK(t) // their own
		h.As("patient1").List("appointments", "").OK(t)
		h.As("nurse2").List("patients", hospitaltest.Filter(`name ~ "Patient"`)).OK(t)
		h.As("admin1").View("appointment_events",
			h.As("admin1").List("appointment_events", "perPage=1&fields=id").IDs()[0], "").OK(t)
		h.As("nurse1").List("doctors", "").OK(t) // nobody's record
		h.As("nurse1").Do(http.MethodGet, "/api/hospital/patients/"+id("kid1")+"/history", nil).OK(t)
	})
	if len(entries) < 5 {
		t.Fatalf("%d entries", len(entries))
	}
	expect(t, entries[:3], "nurse1 nurse view patients pat1 pat1 done", "nurse2 nurse list patients  pat1 done",
		"nurse2 nurse list patients  pat2 done")
	if last := entries[len(entries)-1]; last.said() != "nurse1 nurse history patients kid1 kid1 done" {
		t.Errorf("the last entry is %s", last.said())
	}
	if last := entries[len(entries)-2]; last["action"] != "view" ||
		last["collection"] != "appointment_events" || last["patient"] == "" {
		t.Errorf("the last entry is %s", last.said())
	}
}

// TestWhatIsShownBesideARecordIsSeen, too: nobody reads on a detour.
func TestWhatIsShownBesideARecordIsSeen(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	detour := "?expand=care_team_via_user.patient"
	for action, ask := range map[string]func(){
		"view": func() {
			h.As("nurse1").Do(http.MethodGet, "/api/collections/users/records/"+id("nurse1")+detour, nil).OK(t)
		},
		"list": func() { h.As("nurse1").Do(http.MethodGet, "/api/collections/users/records"+detour, nil).OK(t) },
		"update": func() {
			h.As("nurse1").Do(http.MethodPatch, "/api/collections/users/records/"+id("nurse1")+detour,
				body{"phone": "5"}).OK(t)
		},
		"sign in": func() {
			h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password"+detour,
				body{"identity": "nurse1@example.org", "password": hospitaltest.Password}).OK(t)
		},
	} {
		seen := map[string]bool{}
		for _, e := range since(h, ask) {
			seen[e["patient"].(string)] = e["actor"] == id("nurse1") && e["collection"] == "care_team"
		}
		if !seen[id("pat1")] || !seen[id("walkin")] {
			t.Errorf("a %s shows two patients, and the log says %v", action, seen)
		}
	}
	expect(t, since(h, func() {
		h.As("accountant1").Do(http.MethodGet, "/api/hospital/patients/"+id("pat2")+"/statement", nil).OK(t)
	}),
		"accountant1 accountant statement patients pat2 pat2 done")
	entries := since(h, func() {
		h.As("receptionist1").Create("patients", body{"name": "PATIENT 1", "national_id": "ID1"})
	})
	expect(t, entries, "receptionist1 receptionist duplicate patients pat1 pat1 done")
}

func TestWhatIsHeardOnAStreamIsSeen(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	stream, err := server.Client().Get(server.URL + "/api/realtime")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	var hello struct{ ClientID string }
	lines := bufio.NewScanner(stream.Body)
	for hello.ClientID == "" && lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
			_ = json.Unmarshal([]byte(data), &hello)
		}
	}
	h.As("nurse1").Do(http.MethodPost, "/api/realtime",
		body{"clientId": hello.ClientID, "subscriptions": []string{"patients/*", "patients/" + id("pat1")}}).OK(t)
	entries := since(h, func() {
		h.As("receptionist1").Update("patients", id("pat1"), body{"phone": "556"}).OK(t)
		h.As("receptionist1").Update("patients", id("pat1"), body{"phone": "557"}).OK(t)
		// each by two topics
		for deadline := time.Now().Add(10 * time.Second); audit.Waiting(h.App) < 4 && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
		}
	})
	expect(t, entries, "receptionist1 receptionist update patients pat1 pat1 done",
		"receptionist1 receptionist update patients pat1 pat1 done", "nurse1 nurse hear patients pat1 pat1 done")
	if last := entries[len(entries)-1]; last["ip"] != "127.0.0.1" || last["request"] == "" {
		t.Errorf("heard from %q by request %q", last["ip"], last["request"])
	}
}

func TestAPatientReadsWhoBrokeTheGlassWhenAndWhy(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var broken hospitaltest.Response
	_ = since(h, func() {
		broken = h.As("doctor1").Create("break_glass",
			body{"patient": id("pat2"), "reason": "found unconscious at the gate"}).OK(t)
		h.As("doctor1").View("patients", id("pat2"), "").OK(t)
	})
	said := h.As("patient2").List("audit_log",
		"sort=at,action&"+hospitaltest.Filter(`actor_name = "doctor1" && (record = "`+broken.ID()+`" || record = "`+id("pat2")+`")`)).OK(t).Items()
	if len(said) != 2 || said[0]["action"] != "create" || said[0]["collection"] != "break_glass" ||
		said[1]["action"] != "view" || said[0]["at"] == "" {
		t.Errorf("the patient reads %v", said)
	}
	why := h.As("patient2").View("break_glass", said[0]["record"].(string), "").OK(t)
	if why.String("reason") != "found unconscious at the gate" || why.String("ends") == "" {
		t.Errorf("the patient reads %s", why.Raw)
	}
}

func TestAPatientReadsWhoOpenedTheirRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	_ = since(h, func() { h.As("nurse1").View("patients", id("kid1"), "").OK(t) })
	seen := h.As("patient1").List("audit_log",
		"sort=-at&"+hospitaltest.Filter(`patient = "`+id("kid1")+`" && action = "view"`)).OK(t).Items()
	if len(seen) != 1 || seen[0]["actor_name"] != "nurse1" || seen[0]["role"] != "nurse" ||
		seen[0]["changes"] != nil || seen[0]["actor"] != nil {
		t.Errorf("the parent reads %v", seen)
	}
	if others := h.As("patient2").List("audit_log",
		hospitaltest.Filter(`patient = "`+id("kid1")+`"`)).OK(t).Items(); len(others) != 0 {
		t.Errorf("a stranger reads %v", others)
	}
}

func TestSignInsStandInTheLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	in := func(who, password string) {
		h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password",
			body{"identity": who, "password": password})
	}
	entries := since(h, func() {
		in("nurse1@example.org", hospitaltest.Password)
		in("nurse1@example.org", "wrong-password")
		in("my-password-in-the-wrong-field", "x")
		h.As("nurse1").Do(http.MethodPost, "/api/collections/users/auth-refresh", nil).OK(t)
	})
	expect(t, entries, "nurse1 nurse sign in users nurse1  done", " guest sign in users nurse1  refused",
		" guest sign in users   refused", "nurse1 nurse refresh users nurse1  done")
}

func TestOperatorsStandInTheLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	entries := since(h, func() {
		operator.Update("departments", id("general"), body{"name": "General medicine"}).OK(t)
		operator.Do(http.MethodPatch, "/api/settings",
			body{"meta": body{"appName": "Hospital", "appURL": "https://hospital.example", "senderName": "H",
				"senderAddress": "h@hospital.example"}, "smtp": body{"password": "of-the-house"}}).OK(t)
		operator.Do(http.MethodGet, "/api/backups", nil).OK(t)
		operator.Do(http.MethodPost, "/api/sql", body{"query": "SELECT * FROM patients"})
	})
	if len(entries) < 3 {
		t.Fatalf("%d entries", len(entries))
	}
	expect(t, entries[:3], "operator@example.org operator update departments general  done",
		"operator@example.org operator settings    done", "operator@example.org operator operate backups   done")
	changes := entries[1]["changes"].(string)
	for _, want := range []string{`"meta.appURL":["http://localhost:8090","https://hospital.example"]`,
		`"smtp.password":["","(changed)"]`} {
		if !strings.Contains(changes, want) {
			t.Errorf("%s is not in %s", want, changes)
		}
	}
	if strings.Contains(changes, "of-the-house") || strings.Contains(changes, "batch") {
		t.Errorf("a secret, or what stayed as it was, is in %s", changes)
	}
}

// TestEveryKeyToTheWholeHouseLeavesATrace: operators, their accounts, what they do
// to others' accounts, and the backups.
func TestEveryKeyToTheWholeHouseLeavesATrace(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	secret := "hunter2-hunter2"
	entries := since(h, func() {
		operator.Create("_superusers",
			body{"email": "second@example.org", "password": hospitaltest.Password,
				"passwordConfirm": hospitaltest.Password}).OK(t)
		operator.Create("_externalAuths",
			body{"collectionRef": "_pb_users_auth_", "recordRef": id("patient1"), "provider": "google",
				"providerId": "x"}).OK(t)
		operator.Do(http.MethodPost, "/api/collections/users/impersonate/"+id("patient1"), nil).OK(t)
		operator.Do(http.MethodPatch, "/api/settings", body{"smtp": body{"password": secret}}).OK(t)
		operator.Do(http.MethodPost, "/api/backups", body{"name": "mine.zip"}).OK(t)
		token := operator.Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
		h.As("guest").Unbound().Do(http.MethodGet, "/api/backups/mine.zip?token="+token, nil).OK(t)
	})
	var got []string
	for _, e := range entries {
		got = append(got, e["actor_name"].(string)+" "+e["role"].(string)+" "+e["action"].(string)+" "+e["collection"].(string))
		if strings.Contains(e["changes"].(string), secret) {
			t.Errorf("%s holds the password", e.said())
		}
	}
	for _, want := range []string{"create _superusers", "create _externalAuths",
		"operate collections/users/impersonate/" +
			id("patient1"), "settings ", "operate backups", "operate backups/mine.zip"} {
		if !slices.Contains(got, "operator@example.org operator "+want) {
			t.Errorf("the log does not say that the operator did %q: %q", want, got)
		}
	}
	if slices.ContainsFunc(entries, func(e entry) bool { return e["action"] == "refresh" }) {
		t.Errorf("the log says that an account signed in which the operator took the place of: %q", got)
	}
}

// TestAttemptsAreTold: what answers 400 may be an attempt as well, also inside of a batch.
func TestAttemptsAreTold(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	batch := func(account, method, url string, b body) {
		h.As(account).Do(http.MethodPost, "/api/batch",
			body{"requests": []any{body{"method": method, "url": url, "body": b}}})
	}
	entries := since(h, func() {
		h.As("patient1").Create("appointments",
			body{"patient": id("pat2"), "doctor": id("dr1"), "starts": "2031-01-01 09:00:00.000Z"})
		h.As("patient1").Update("users", id("patient1"), body{"verified": true})
		h.As("patient1").Update("users", id("patient1"),
			body{"oldPassword": "a-guess-of-mine", "password": "another-password",
				"passwordConfirm": "another-password"})
		h.As("accountant1").List("patients", hospitaltest.Filter(`national_id ~ "1"`))
		h.As("guest").Do(http.MethodPost, "/api/collections/users/confirm-password-reset",
			body{"token": "forged", "password": "another-password", "passwordConfirm": "another-password"})
		h.As("nurse1").Do(http.MethodGet, "/api/hospital/patients/"+id("nothing")+"/history", nil)
		h.As("doctor1").Do(http.MethodGet, "/api/hospital/payments/"+id("paid1")+"/receipt", nil)
		batch("accountant1", "PATCH", "/api/collections/appointments/records/"+id("booked1"), body{"reason": "x"})
		batch("patient2", "PATCH", "/api/collections/appointments/records/"+id("booked1")+"?x", body{"reason": "x"})
		// a slip
		batch("patient1", "PATCH", "/api/collections/appointments/records/"+id("booked1"), body{"starts": "never"})
	})
	expect(t, entries,
		"patient1 patient post 400 appointments   refused",
		"patient1 patient patch 400 users patient1  refused",
		"patient1 patient patch 400 users patient1  refused",
		"accountant1 accountant get 400 patients   refused",
		" guest post 400 users   refused",
		"nurse1 nurse get 404 patients nothing  refused",
		"doctor1 doctor get 404 payments paid1 pat1 refused",
		"accountant1 accountant patch 404 appointments booked1 pat1 refused",
		"patient2 patient patch 404 appointments booked1  refused")
}

func TestASetPasswordIsTheOwners(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	token, err := h.Record("users", id("nurse1")).NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	entries := since(h, func() {
		h.As("guest").Do(http.MethodPost, "/api/collections/users/request-password-reset",
			body{"email": "nurse1@example.org"}).OK(t)
		// it goes out after the answer
		for deadline := time.Now().Add(10 * time.Second); h.App.TestMailer.TotalSend() == 0 &&
			time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		h.As("guest").Do(http.MethodPost, "/api/collections/users/confirm-password-reset",
			body{"token": token, "password": "another-password", "passwordConfirm": "another-password"}).OK(t)
	})
	expect(t, entries, "nurse1 nurse update users nurse1  done", " guest ask for a new password users nurse1  done")
}

func TestATransactionThatFailsLeavesTheLogAsItWas(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("doctors", id("dr1"), body{"consultation": ""}).OK(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	// there is no price
	if entries := since(h, func() {
		h.As("doctor1").Update("appointments", id("booked1"),
			body{"status": "completed"})
	}); len(entries) != 0 {
		t.Errorf("the log says %s", entries[0].said())
	}
	h.Verify()
}

func TestTamperingIsFoundWithItsNumber(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		sql []string
		seq int64
		why string
	}{
		"a row that was changed": {[]string{"UPDATE audit_log SET record = 'forged' WHERE seq = 7"}, 7, "was changed"},
		"an actor taken out": {[]string{"UPDATE audit_log SET actor = '', actor_name = '' WHERE seq = 9"},
			9, "was changed"},
		"a row that was deleted": {[]string{"DELETE FROM audit_log WHERE seq = 5"}, 5, "missing"},
		"the last ten deleted":   {[]string{"DELETE FROM audit_log WHERE seq > (SELECT MAX(seq) - 10 FROM audit_log)"}, -9, "missing"},
		"two rows exchanged": {[]string{"UPDATE audit_log SET seq = 0 WHERE seq = 11",
			"UPDATE audit_log SET seq = 11 WHERE seq = 12", "UPDATE audit_log SET seq = 12 WHERE seq = 0"}, 11, "does not follow"},
		"a row put in between": {[]string{"UPDATE audit_log SET hash = prev_hash WHERE seq = 3"}, 3, "was changed"},
		"all of it":            {[]string{"DELETE FROM audit_log"}, 1, "missing"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			rows := h.Count("audit_log")
			if report, err := audit.Verify(h.App); err != nil || report.Broken != nil || report.Rows != rows {
				t.Fatalf("before: %+v %v", report, err)
			}
			for _, sql := range append([]string{"DROP TRIGGER audit_log_no_update",
				"DROP TRIGGER audit_log_no_delete"}, c.sql...) {
				if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
					t.Fatal(err)
				}
			}
			want := c.seq
			if want < 0 {
				want += rows
			}
			report, err := audit.Verify(h.App)
			if err != nil || report.Broken == nil || report.Broken.Seq != want ||
				!strings.Contains(report.Broken.Why, c.why) {
				t.Errorf("found is %+v %+v (%v), should be %d: %s", report, report.Broken, err, want, c.why)
			}
			if h.Violations() == "" {
				t.Error("the verify command does not find it")
			}
			answer := h.As("admin1").Do(http.MethodGet, "/api/hospital/audit/verify", nil).OK(t)
			if broken, _ := answer.JSON["broken"].(map[string]any); broken == nil ||
				int64(broken["seq"].(float64)) != want {
				t.Errorf("the route answers %s", answer.Raw)
			}
		})
	}
}

func TestTheDatabaseItselfKeepsTheLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, sql := range []string{"UPDATE audit_log SET record = ''", "DELETE FROM audit_log"} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("the database took %s", sql)
		}
	}
	if answer := h.Operator().Create("audit_log",
		body{"action": "forged", "at": time.Now(), "outcome": "done"}); answer.Status < 400 {
		t.Error("an operator wrote an entry")
	}
}

func TestWhomATimeOffMeetsIsSeen(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("booked1")).GetDateTime("starts").Time()
	entries := since(h, func() {
		h.As("doctor1").Create("time_off",
			body{"doctor": id("dr1"), "starts": starts.Format("2006-01-02 15:04:05.000Z"),
				"ends": starts.Add(time.Minute).Format("2006-01-02 15:04:05.000Z"), "reason": "ill"}).OK(t)
	})
	if last := entries[len(entries)-1]; last.said() != "doctor1 doctor affected appointments booked1 pat1 done" {
		t.Errorf("the last entry is %s", last.said())
	}
}

// TestWhereARequestComesFromIsNotForTheRequestToSay, also not for one in a batch,
// whose own headers PocketBase believes.
func TestWhereARequestComesFromIsNotForTheRequestToSay(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.Operator().Do(http.MethodPatch, "/api/settings",
		body{"trustedProxy": body{"headers": []string{"X-Forwarded-For"}}}).OK(t)
	// what a caller wrote, and what the proxy added
	desk := h.As("receptionist1").With("X-Forwarded-For", "6.6.6.6, 10.0.0.7")
	for _, e := range since(h, func() {
		desk.Do(http.MethodPost, "/api/batch",
			body{"requests": []any{body{"method": "PATCH", "url": "/api/collections/patients/records/" + id("pat1"),
				"body": body{"phone": "558"}, "headers": body{"X-Forwarded-For": "6.6.6.6"}}}}).OK(t)
		desk.View("patients", id("pat1"), "").OK(t)
	}) {
		if e["ip"] != "10.0.0.7" {
			t.Errorf("%s came from %v", e.said(), e["ip"])
		}
	}
}

func TestADownloadStandsInTheLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	file := "/api/files/documents/" + id("kept1") + "/" + h.Record("documents", id("kept1")).GetString("file") +
		"?token="
	entries := since(h, func() {
		token := h.As("nurse1").Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
		h.As("guest").Do(http.MethodGet, file+token, nil).OK(t)
		h.As("guest").Do(http.MethodGet, file+"forged", nil)
		other := h.As("patient2").Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
		h.As("guest").Do(http.MethodGet, file+other, nil)
	})
	expect(t, entries, "nurse1 nurse download documents kept1 pat1 done",
		" guest get 404 documents kept1  refused", "patient2 patient get 404 documents kept1  refused")
}
