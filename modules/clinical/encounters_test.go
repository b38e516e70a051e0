package clinical_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"hospital/internal/hospitaltest"
	"hospital/modules/clinical"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// wantStatus checks how a request was answered.
func wantStatus(t *testing.T, what string, answer hospitaltest.Response, status int) {
	t.Helper()
	if answer.Status != status {
		t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
	}
}

// wantRefusal checks that a request was refused with a code of a field.
func wantRefusal(t *testing.T, what string, answer hospitaltest.Response, status int, field, code string) {
	t.Helper()
	if answer.Status != status || answer.Code(field) != code {
		t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
	}
}

func TestStartingAVisitOpensItsEncounter(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	doctor.Update("appointments", id("moved1"), body{"started_at": "2030-01-01 00:00:00.000Z"}).OK(t)
	found := doctor.List("encounters", hospitaltest.Filter("appointment = '"+id("moved1")+"'")).OK(t).Items()
	if len(found) != 1 || found[0]["status"] != "open" ||
		found[0]["patient"] != id("pat1") || found[0]["doctor"] != id("dr1") {
		t.Fatalf("the encounters of the started visit: %v", found)
	}
	doctor.Update("appointments", id("booked1"), body{"started_at": "2030-01-01 00:00:00.000Z"}).OK(t)
	if n := len(doctor.List("encounters", hospitaltest.Filter("appointment = '"+id("booked1")+"'")).Items()); n != 1 {
		t.Errorf("a visit with earlier notes has %d encounters", n)
	}
	answer := doctor.Create("encounters", body{"appointment": id("moved1")})
	wantRefusal(t, "a second encounter", answer, http.StatusBadRequest, "appointment", "validation_not_unique")
	h.Verify()
}

func TestSignedEncountersNeverChange(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor, operator := h.As("doctor1"), h.Operator()
	doctor.Update("encounters", id("open1"), body{"notes": " ", "complaint": "", "assessment": "", "plan": ""}).OK(t)
	answer := doctor.Update("encounters", id("open1"), body{"status": "signed"})
	wantRefusal(t, "signing blank notes", answer, http.StatusBadRequest, "notes", "required")
	doctor.Update("encounters", id("open1"), body{"notes": "Well.", "status": "signed"}).OK(t)
	signed, better := h.Record("encounters", id("open1")), body{"notes": "Better."}
	sql := func(query string) hospitaltest.Response {
		return operator.Do(http.MethodPost, "/api/sql", body{"query": query})
	}
	for what, answer := range map[string]hospitaltest.Response{
		"by its doctor":   doctor.Update("encounters", signed.Id, better),
		"reopened":        doctor.Update("encounters", signed.Id, body{"status": "open"}),
		"by an admin":     h.As("admin1").Update("encounters", signed.Id, better),
		"by the operator": operator.Update("encounters", signed.Id, better),
		"in a batch": doctor.Do(http.MethodPost, "/api/batch", body{"requests": []any{
			body{"method": "PATCH", "url": "/api/collections/encounters/records/" + signed.Id, "body": better},
		}}),
		"by SQL":         sql("UPDATE encounters SET notes = 'Better.' WHERE id = '" + signed.Id + "'"),
		"deleted by SQL": sql("DELETE FROM encounters WHERE id = '" + signed.Id + "'"),
	} {
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	now := h.Record("encounters", signed.Id)
	if now.GetString("notes") != "Well." || now.GetString("updated") != signed.GetString("updated") {
		t.Errorf("the signed encounter is now %v", now.PublicExport())
	}
	h.Verify()
}

// TestVerifyFindsForgedEncounters changes signed encounters after dropping the trigger that
// protects them.
func TestVerifyFindsForgedEncounters(t *testing.T) {
	t.Parallel()
	for _, forged := range []string{
		"UPDATE encounters SET notes = 'Better.' WHERE id = {id}",
		"UPDATE encounters SET plan = 'none' WHERE id = {id}",
		"UPDATE encounters SET signed_at = '2020-01-01 00:00:00.000Z' WHERE id = {id}",
		"UPDATE encounters SET status = 'open' WHERE id = {id}",
		"UPDATE encounters SET content_hash = '' WHERE id = {id}",
		"UPDATE encounters SET patient = '" + id("pat2") + "' WHERE id = {id}",
		"UPDATE encounters SET doctor = '" + id("dr2") + "' WHERE id = {id}",
		"UPDATE encounters SET follow_up_on = '2031-01-01' WHERE id = {id}",
	} {
		t.Run(forged, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			statement := strings.ReplaceAll(forged, "{id}", "'"+id("notes1")+"'")
			if err := h.SQL(statement); err == nil {
				t.Fatal("the trigger does not refuse it")
			}
			if err := h.SQL("DROP TRIGGER encounters_frozen"); err != nil {
				t.Fatal(err)
			}
			if err := h.SQL(statement); err != nil {
				t.Fatal(err)
			}
			if broken := h.Violations(); !strings.Contains(broken, id("notes1")) {
				t.Errorf("verify reports %q", broken)
			}
		})
	}
}

func TestOnlySignedEncountersAreAmended(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	amend := func(visit, original string) hospitaltest.Response {
		return doctor.Create("encounters", body{"appointment": id(visit), "amends": original, "notes": "No fracture."})
	}
	amendment := amend("done1", id("notes1")).OK(t)
	answer := amend("done1", amendment.ID())
	wantRefusal(t, "amending an open encounter", answer, http.StatusConflict, "amends", "not_signed")
	answer = amend("done1", id("notes1"))
	wantRefusal(t, "a second amendment", answer, http.StatusBadRequest, "amends", "validation_not_unique")
	answer = amend("booked1", id("notes1"))
	wantRefusal(t, "amending notes of another visit", answer, http.StatusBadRequest, "amends", "not_found")
	doctor.Update("encounters", amendment.ID(), body{"status": "signed"}).OK(t)
	if seen := h.As("patient1").List("encounters", "").OK(t).IDs(); len(seen) != 2 {
		t.Errorf("the patient reads %v", seen)
	}
	h.Verify()
}

func TestNotesAreStoredByteForByte(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	for name, sample := range map[string]string{
		"Latin": "Müller", "decomposed": "Mu\u0308ller", "Chinese": "病人咳嗽", "compatible": "\uF900\u212B\uFB01",
		"Arabic": "مريض\u2067 123 \u2069يسعل", "Hebrew": "שָׁלוֹם", "Devanagari": "रोगी", "Thai": "ผู้ป่วย",
		"Korean": "\u1112\u1161\u11ab", "emoji": "👩🏽‍⚕️", "lines": " a\r\nb\n\tc ",
	} {
		runes := []rune(strings.Repeat(sample, clinical.MaxNoteLength))[:clinical.MaxNoteLength]
		text := string(runes)
		if !utf8.ValidString(text) {
			t.Fatal(name)
		}
		if got := doctor.Update("encounters", id("open1"), body{"notes": text}).OK(t).String("notes"); got != text {
			t.Errorf("%s: the answer differs from the request", name)
		}
		if got := doctor.View("encounters", id("open1"), "").OK(t).String("notes"); got != text {
			t.Errorf("%s: the stored notes differ from the request", name)
		}
		answer := doctor.SkipContract().Update("encounters", id("open1"), body{"notes": text + "x"})
		if answer.Status != http.StatusBadRequest || answer.Code("notes") != "validation_max_text_constraint" ||
			!strings.Contains(string(answer.Raw), fmt.Sprint(clinical.MaxNoteLength)) {
			t.Errorf("%s with one character more: %d %.300s", name, answer.Status, answer.Raw)
		}
	}
	for _, bad := range []string{"nul\x00", "bell\a", "safe\u202Eelif"} {
		answer := doctor.Update("encounters", id("open1"), body{"notes": bad})
		wantRefusal(t, fmt.Sprintf("%q", bad), answer, http.StatusBadRequest, "notes", "forbidden_character")
	}
}

// TestOpenNotesAreHidden tries to find open notes by every list, filter, sort and expand.
func TestOpenNotesAreHidden(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	secret := "unsigned 1"
	for _, account := range []string{"patient1", "patient2", "nurse1", "receptionist1", "accountant1", "doctor2"} {
		client := h.As(account)
		for _, q := range []struct{ path, filter string }{
			{"appointments/records?", "encounters_via_appointment.notes ?~ '" + secret + "'"},
			{"appointments/records?",
				"encounters_via_appointment.status ?= 'open' && patient = '" + id("pat1") + "'"},
			{"appointments/records?sort=encounters_via_appointment.notes&",
				"encounters_via_appointment.notes ?~ '" + secret + "'"},
			{"patients/records?", "encounters_via_patient.notes ?~ '" + secret + "'"},
			{"encounters/records?", "notes ~ '" + secret + "' || id = ''"},
			{"encounters/records?",
				"encounters_via_amends.id = '' && status = 'open' && patient = '" + id("pat1") + "'"},
		} {
			path := "/api/collections/" + q.path + hospitaltest.Filter(q.filter)
			if found := client.Do(http.MethodGet, path, nil).Items(); len(found) > 0 {
				t.Errorf("%s finds by %s: %v", account, path, found)
			}
		}
		for _, path := range []string{
			"appointments/records?expand=encounters_via_appointment",
			"patients/records?expand=encounters_via_patient,encounters_via_patient.encounters_via_amends",
			"vitals/records?expand=appointment.encounters_via_appointment",
		} {
			answer := client.Do(http.MethodGet, "/api/collections/"+path, nil)
			if strings.Contains(string(answer.Raw), secret) {
				t.Errorf("%s reads by %s: %s", account, path, answer.Raw)
			}
		}
	}
}

func TestConcurrentRequestsSignOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var wait sync.WaitGroup
	var lock sync.Mutex
	statuses := map[int]int{}
	for range 8 {
		wait.Go(func() {
			answer := h.As("doctor1").Update("encounters", id("open1"), body{"status": "signed", "version": 1})
			lock.Lock()
			defer lock.Unlock()
			statuses[answer.Status]++
		})
	}
	wait.Wait()
	if statuses[200] != 1 || statuses[409] != 7 {
		t.Errorf("statuses %v", statuses)
	}
	h.Verify()
}
