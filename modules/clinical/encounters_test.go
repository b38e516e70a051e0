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

func TestStartingAVisitOpensItsEncounter(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	doctor.Update("appointments", id("moved1"), body{"started_at": "2030-01-01 00:00:00.000Z"}).OK(t)
	found := doctor.List("encounters", hospitaltest.Filter("appointment = '"+id("moved1")+"'")).OK(t).Items()
	if len(found) != 1 || found[0]["status"] != "open" || found[0]["patient"] != id("pat1") || found[0]["doctor"] != id("dr1") {
		t.Fatalf("the visit has begun, and has %v", found)
	}
	doctor.Update("appointments", id("booked1"), body{"started_at": "2030-01-01 00:00:00.000Z"}).OK(t)
	if n := len(doctor.List("encounters", hospitaltest.Filter("appointment = '"+id("booked1")+"'")).Items()); n != 1 {
		t.Errorf("a visit whose notes were begun before has %d encounters", n)
	}
	if answer := doctor.Create("encounters", body{"appointment": id("moved1")}); answer.Code("appointment") != "validation_not_unique" {
		t.Errorf("a second encounter of a visit: %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}

func TestAnEncounterIsSignedOnceAndThenStays(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor, operator := h.As("doctor1"), h.Operator()
	doctor.Update("encounters", id("open1"), body{"notes": " ", "complaint": "", "assessment": "", "plan": ""}).OK(t)
	if answer := doctor.Update("encounters", id("open1"), body{"status": "signed"}); answer.Code("notes") != "required" {
		t.Errorf("signing nothing: %d %s", answer.Status, answer.Raw)
	}
	doctor.Update("encounters", id("open1"), body{"notes": "Well.", "status": "signed"}).OK(t)
	signed := h.Record("encounters", id("open1"))
	for what, answer := range map[string]hospitaltest.Response{
		"its doctor":   doctor.Update("encounters", signed.Id, body{"notes": "Better."}),
		"opening it":   doctor.Update("encounters", signed.Id, body{"status": "open"}),
		"an admin":     h.As("admin1").Update("encounters", signed.Id, body{"notes": "Better."}),
		"the operator": operator.Update("encounters", signed.Id, body{"notes": "Better."}),
		"a batch":      doctor.Do(http.MethodPost, "/api/batch", body{"requests": []any{body{"method": "PATCH", "url": "/api/collections/encounters/records/" + signed.Id, "body": body{"notes": "Better."}}}}),
		"the console":  operator.Do(http.MethodPost, "/api/sql", body{"query": "UPDATE encounters SET notes = 'Better.' WHERE id = '" + signed.Id + "'"}),
		"deleting":     operator.Do(http.MethodPost, "/api/sql", body{"query": "DELETE FROM encounters WHERE id = '" + signed.Id + "'"}),
	} {
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	if now := h.Record("encounters", signed.Id); now.GetString("notes") != "Well." || now.GetString("updated") != signed.GetString("updated") {
		t.Errorf("it says %v", now.PublicExport())
	}
	h.Verify()
}

// TestVerifyNamesWhatWasForged: whoever drops the triggers changes what is signed,
// and verify names it.
func TestVerifyNamesWhatWasForged(t *testing.T) {
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
				t.Fatal("the database takes it")
			}
			if err := h.SQL("DROP TRIGGER encounters_frozen"); err != nil {
				t.Fatal(err)
			}
			if err := h.SQL(statement); err != nil {
				t.Fatal(err)
			}
			if broken := h.Violations(); !strings.Contains(broken, id("notes1")) {
				t.Errorf("verify says %q", broken)
			}
		})
	}
}

func TestAnAmendmentStandsBesideWhatItAmends(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	amendment := doctor.Create("encounters", body{"appointment": id("done1"), "amends": id("notes1"), "notes": "No fracture."}).OK(t)
	if answer := doctor.Create("encounters", body{"appointment": id("done1"), "amends": amendment.ID(), "notes": "x"}); answer.Status != http.StatusConflict || answer.Code("amends") != "not_signed" {
		t.Errorf("amending what is open: %d %s", answer.Status, answer.Raw)
	}
	if answer := doctor.Create("encounters", body{"appointment": id("done1"), "amends": id("notes1"), "notes": "x"}); answer.Code("amends") != "validation_not_unique" {
		t.Errorf("a second amendment: %d %s", answer.Status, answer.Raw)
	}
	if answer := doctor.Create("encounters", body{"appointment": id("booked1"), "amends": id("notes1")}); answer.Code("amends") != "not_found" {
		t.Errorf("amending another visit's: %d %s", answer.Status, answer.Raw)
	}
	doctor.Update("encounters", amendment.ID(), body{"status": "signed"}).OK(t)
	if seen := h.As("patient1").List("encounters", "").OK(t).IDs(); len(seen) != 2 {
		t.Errorf("the patient reads %v", seen)
	}
	h.Verify()
}

func TestNotesComeBackByteForByte(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	for name, sample := range map[string]string{
		"Latin": "Müller", "decomposed": "Mu\u0308ller", "Arabic": "مريض\u2067 123 \u2069يسعل", "Hebrew": "שָׁלוֹם", "Devanagari": "रोगी", "Thai": "ผู้ป่วย", "Chinese": "病人咳嗽", "compatible": "\uF900\u212B\uFB01",
		"Korean": "\u1112\u1161\u11ab", "emoji": "👩🏽‍⚕️", "lines": " a\r\nb\n\tc ",
	} {
		runes := []rune(strings.Repeat(sample, clinical.MaxNoteLength))[:clinical.MaxNoteLength]
		text := string(runes)
		if !utf8.ValidString(text) {
			t.Fatal(name)
		}
		if got := doctor.Update("encounters", id("open1"), body{"notes": text}).OK(t).String("notes"); got != text {
			t.Errorf("%s: the answer differs", name)
		}
		if got := doctor.View("encounters", id("open1"), "").OK(t).String("notes"); got != text {
			t.Errorf("%s: what is stored differs", name)
		}
		answer := doctor.SkipContract().Update("encounters", id("open1"), body{"notes": text + "x"})
		if answer.Status != http.StatusBadRequest || answer.Code("notes") != "validation_max_text_constraint" || !strings.Contains(string(answer.Raw), fmt.Sprint(clinical.MaxNoteLength)) {
			t.Errorf("%s: one more is answered %d %.300s", name, answer.Status, answer.Raw)
		}
	}
	for _, bad := range []string{"nul\x00", "bell\a", "safe\u202Eelif"} {
		if answer := doctor.Update("encounters", id("open1"), body{"notes": bad}); answer.Code("notes") != "forbidden_character" {
			t.Errorf("%q: %d %s", bad, answer.Status, answer.Raw)
		}
	}
}

// TestNobodyFindsOpenNotes: patients and nurses neither see nor guess what is not
// signed, and the front office nothing at all.
func TestNobodyFindsOpenNotes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	secret := "unsigned 1"
	for _, account := range []string{"patient1", "patient2", "nurse1", "receptionist1", "accountant1", "doctor2"} {
		client := h.As(account)
		for _, path := range []string{
			"appointments/records?" + hospitaltest.Filter("encounters_via_appointment.notes ?~ '"+secret+"'"),
			"appointments/records?" + hospitaltest.Filter("encounters_via_appointment.status ?= 'open' && patient = '"+id("pat1")+"'"),
			"appointments/records?sort=encounters_via_appointment.notes&" + hospitaltest.Filter("encounters_via_appointment.notes ?~ '"+secret+"'"),
			"patients/records?" + hospitaltest.Filter("encounters_via_patient.notes ?~ '"+secret+"'"),
			"encounters/records?" + hospitaltest.Filter("notes ~ '"+secret+"' || id = ''"),
			"encounters/records?" + hospitaltest.Filter("encounters_via_amends.id = '' && status = 'open' && patient = '"+id("pat1")+"'"),
		} {
			if found := client.Do(http.MethodGet, "/api/collections/"+path, nil).Items(); len(found) > 0 {
				t.Errorf("%s finds by %s: %v", account, path, found)
			}
		}
		for _, path := range []string{"appointments/records?expand=encounters_via_appointment", "patients/records?expand=encounters_via_patient,encounters_via_patient.encounters_via_amends", "vitals/records?expand=appointment.encounters_via_appointment"} {
			if answer := client.Do(http.MethodGet, "/api/collections/"+path, nil); strings.Contains(string(answer.Raw), secret) {
				t.Errorf("%s reads by %s: %s", account, path, answer.Raw)
			}
		}
	}
}

func TestTwoWhoSignAtOnceSignOnce(t *testing.T) {
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
		t.Errorf("answered %v", statuses)
	}
	h.Verify()
}
