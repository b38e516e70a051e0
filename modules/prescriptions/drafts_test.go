package prescriptions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

const (
	records = "/api/collections/prescriptions/records"
	drugs   = "/api/collections/prescription_items/records"
)

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

// draft creates a draft and its drugs in one batch, and returns its id.
func draft(t *testing.T, h *hospitaltest.Hospital, name string, fields body, names ...string) string {
	t.Helper()
	p := body{"id": id(name), "appointment": id("done1")}
	for k, v := range fields {
		p[k] = v
	}
	requests := []any{body{"method": "POST", "url": records, "body": p}}
	for _, n := range names {
		requests = append(requests, body{"method": "POST", "url": drugs, "body": body{"prescription": id(name), "drug": n}})
	}
	h.As("doctor1").Do(http.MethodPost, "/api/batch", body{"requests": requests}).OK(t)
	return id(name)
}

func at(d time.Duration) string {
	return time.Now().UTC().Truncate(time.Hour).Add(d).Format("2006-01-02 15:04:05.000Z")
}

func TestDraftAndDrugsAreCreatedInOneBatch(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	made := draft(t, h, "new", nil, "Zinc", "Vitamin C")
	got := h.As("doctor1").View("prescriptions", made, "expand=prescription_items_via_prescription").OK(t)
	if !strings.Contains(string(got.Raw), "Vitamin C") {
		t.Errorf("the draft: %s", got.Raw)
	}
	before := h.Count("prescriptions")
	answer := h.As("doctor1").Do(http.MethodPost, "/api/batch", body{"requests": []any{
		body{"method": "POST", "url": records, "body": body{"id": id("half"), "appointment": id("done1")}},
		body{"method": "POST", "url": drugs, "body": body{"prescription": id("half")}},
	}})
	if answer.Status != http.StatusBadRequest || h.Count("prescriptions") != before {
		t.Errorf("a batch with an item without a drug: %d %s", answer.Status, answer.Raw)
	}
	h.As("doctor1").Update("prescriptions", made, body{"status": "issued"}).OK(t)
	h.Verify()
}

func TestOnlyTheDoctorOfTheVisitPrescribes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range append([]string{"guest"}, hospitaltest.Accounts...) {
		answer := h.As(account).Create("prescriptions", body{"appointment": id("done1")})
		if want := account == "doctor1"; (answer.Status == http.StatusOK) != want {
			t.Errorf("%s: %d %s", account, answer.Status, answer.Raw)
		}
		answer = h.As(account).Create("prescription_items", body{"prescription": id("draft1"), "drug": "Zinc"})
		if want := account == "doctor1"; (answer.Status == http.StatusOK) != want {
			t.Errorf("%s adds a drug: %d %s", account, answer.Status, answer.Raw)
		}
	}
	for _, visit := range []string{"asked1", "done2"} {
		if answer := h.As("doctor1").Create("prescriptions", body{"appointment": id(visit)}); answer.Status < 400 {
			t.Errorf("prescribing in the visit %s: %d", visit, answer.Status)
		}
	}
}

func TestCancelledVisitCancelsItsDrafts(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	if status := h.Record("prescriptions", id("draft1")).GetString("status"); status != "cancelled" {
		t.Errorf("the draft is %s, want cancelled", status)
	}
	h.Verify()
}

// TestDraftsAreHiddenFromOthers tries to find a draft by every list, filter, sort and expand.
func TestDraftsAreHiddenFromOthers(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Create("care_team", body{
		"patient": id("pat1"), "user": id("doctor2"), "starts": at(-time.Hour), "ends": at(24 * time.Hour),
	}).OK(t)
	discarded := draft(t, h, "discarded", nil, "Secretol")
	h.As("doctor1").Update("prescriptions", discarded, body{"status": "cancelled"}).OK(t)
	for _, account := range []string{
		"patient1", "patient2", "doctor2", "nurse1", "receptionist1", "accountant1", "admin1",
	} {
		client := h.As(account)
		cannotFindDrafts(t, client, account)
		cannotReadDrafts(t, client, account, discarded)
		answer := client.SkipContract().Update("prescriptions", id("draft1"), body{"notes": "mine"})
		if answer.Status == http.StatusOK {
			t.Errorf("%s changes a draft of another doctor", account)
		}
	}
}

func cannotFindDrafts(t *testing.T, client hospitaltest.Client, account string) {
	t.Helper()
	for _, q := range []struct{ path, filter string }{
		{"prescriptions/records?", "status = 'draft' || notes ~ 'draft'"},
		{"prescriptions/records?", "prescription_items_via_prescription.drug ?~ 'Secretol'"},
		{"prescription_items/records?", "drug ~ 'Secretol' || prescription.notes ~ 'draft 1'"},
		{"prescription_items/records?expand=prescription&", "prescription.status = 'draft'"},
		{"appointments/records?", "prescriptions_via_appointment.notes ?~ 'draft 1'"},
		{"patients/records?", "prescriptions_via_patient.notes ?~ 'draft 1'"},
		{"patients/records?", "prescription_items_via_patient.drug ?~ 'Secretol'"},
		{"appointments/records?sort=prescriptions_via_appointment.notes&",
			"prescriptions_via_appointment.notes ?~ 'draft 1'"},
	} {
		found := client.Do(http.MethodGet, "/api/collections/"+q.path+hospitaltest.Filter(q.filter), nil).Items()
		ownDrafts := account == "doctor2" && strings.Contains(q.filter, "'draft'")
		for _, f := range found {
			if !ownDrafts || f["doctor"] == id("dr1") || f["prescription"] == id("draft1") {
				t.Errorf("%s finds by %s: %v", account, q.filter, f)
			}
		}
	}
}

func cannotReadDrafts(t *testing.T, client hospitaltest.Client, account, discarded string) {
	t.Helper()
	for _, path := range []string{
		"/api/collections/appointments/records?" +
			"expand=prescriptions_via_appointment.prescription_items_via_prescription",
		"/api/collections/patients/records?expand=prescriptions_via_patient,prescription_items_via_patient",
		"/api/collections/encounters/records?expand=appointment.prescriptions_via_appointment",
		"/api/hospital/patients/" + id("pat1") + "/history",
		records + "?perPage=500", drugs + "?perPage=500",
		records + "/" + id("draft1"), drugs + "/" + id("drug1"),
	} {
		answer := client.Do(http.MethodGet, path, nil)
		for _, secret := range []string{id("draft1"), id("drug1"), "draft 1", "Secretol", discarded} {
			if strings.Contains(string(answer.Raw), secret) {
				t.Errorf("%s reads %s by %s", account, secret, path)
			}
		}
	}
}
