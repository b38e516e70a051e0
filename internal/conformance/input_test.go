package conformance_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// counts returns the number of records of every collection.
func counts(h *hospitaltest.Hospital) map[string]int64 {
	n := map[string]int64{}
	for name := range kit.CatalogOf(modules.All) {
		n[name] = h.Count(name)
	}
	return n
}

// Every request is refused with a 4xx that names the field, and changes nothing.
func TestInvalidFieldsAreRefusedByName(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := counts(h)
	patient, desk := h.As("patient1"), h.As("receptionist1")
	starts := at(500 * 60 * 60 * 1e9)
	visit := func(field string, value any) body {
		b := body{"patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr1"), "starts": starts}
		b[field] = value
		return b
	}
	page := strings.Repeat("x", 1_000_000)
	for _, c := range []struct {
		client     hospitaltest.Client
		collection string
		body       body
		field      string
	}{
		{patient, "appointments", visit("starts", 12345), "starts"},
		{patient, "appointments", visit("starts", "soon"), "starts"},
		{patient, "appointments", visit("starts", "2030-13-45 99:00:00"), "starts"},
		{patient, "appointments", visit("starts", ""), "starts"},
		{patient, "appointments", visit("starts", nil), "starts"},
		{patient, "appointments", visit("starts", []string{starts}), "starts"},
		{patient, "appointments", visit("ends", at(400*60*60*1e9)), "ends"},
		{patient, "appointments", visit("reason", page), "reason"},
		{patient, "appointments", visit("reason", map[string]any{"a": 1}), "reason"},
		{patient, "appointments", visit("reason", "safe\u202Eelif.exe"), "reason"},
		{patient, "appointments", visit("reason", "bell\u0007"), "reason"},
		{patient, "appointments", visit("reason", "nul\u0000"), "reason"},
		{patient, "appointments", visit("visit_type", "party"), "visit_type"},
		{patient, "appointments", visit("doctor", hospitaltest.ID("pat1")), "doctor"},
		{patient, "appointments", visit("doctor", "missing"), "doctor"},
		{patient, "appointments", visit("doctor", nil), "doctor"},
		{patient, "appointments", visit("patient", hospitaltest.ID("dr1")), "patient"},
		{patient, "appointments", visit("patient", 7), "patient"},
		{desk, "appointments", visit("patient", hospitaltest.ID("dr1")), "patient"},
		{desk, "appointments", visit("patient", hospitaltest.ID("missing")), "patient"},
		{desk, "appointments", visit("overbook", "yes"), "overbook"},
		{patient, "appointments", visit("status", "completed"), "status"},
		{patient, "appointments", visit("approved_at", starts), "approved_at"},
		{patient, "appointments", visit("number", "A-1"), "number"},
		{patient, "appointments", visit("version", "1"), "version"},
		{patient, "appointments", visit("is_admin", true), "is_admin"},
		{patient, "appointments", visit("created", "2001-01-01 00:00:00.000Z"), "created"},
		{patient, "appointments", visit("patient.user", "x"), "patient.user"},
		{patient, "appointments", visit("id", "UPPER-CASE-ID!!"), "id"},
		{desk, "patients", body{"name": page}, "name"},
		{desk, "patients", body{"name": "   "}, "name"},
		{desk, "patients", body{"name": 5}, "name"},
		{desk, "patients", body{"name": "N", "mrn": "000000018"}, "mrn"},
		{desk, "patients", body{"name": "N", "name_key": "n"}, "name_key"},
		{desk, "patients", body{"name": "N", "email": "not an address"}, "email"},
		{desk, "patients", body{"name": "N", "sex": "F"}, "sex"},
		{desk, "payments", body{"bill": hospitaltest.ID("dr1"), "method": "cash", "amount_minor": 1}, "bill"},
		{desk, "payments", body{"bill": billOf(h, "1"), "method": "shells", "amount_minor": 1}, "method"},
		{desk, "payments", body{"bill": billOf(h, "1"), "method": "cash", "amount_minor": 1, "status": "verified"}, "status"},
		{h.As("admin1"), "services", body{"code": "X", "name": "X", "price_minor": -1}, "price_minor"},
		{h.As("admin1"), "services", body{"code": "X", "name": "X", "tax_bp": 10_001}, "tax_bp"},
		{h.As("admin1"), "services", body{"code": "CONS", "name": "again"}, "code"},
		{h.As("admin1"), "doctors", body{"user": hospitaltest.ID("doctor1"), "name": "again"}, "user"},
		{h.As("admin1"), "users", body{"email": "patient1@example.org", "password": hospitaltest.Password,
			"passwordConfirm": hospitaltest.Password, "name": "N", "role": "nurse"}, "email"},
		{patient, "appointments", visit("starts", "2030-12-22"), "starts"},
		{patient, "appointments", visit("starts", "2030-12-22 10:00:00"), "starts"},
		{patient, "appointments", visit("starts", "21 Dec 2030"), "starts"},
		{h.As("admin1"), "users", body{"email": "n@example.org", "password": hospitaltest.Password,
			"passwordConfirm": hospitaltest.Password, "name": "N", "role": "patient", "birth_date": "1990-01-01"}, "birth_date"},
		{h.As("guest"), "users", body{"email": "n@example.org", "password": strings.Repeat("é", 40),
			"passwordConfirm": strings.Repeat("é", 40), "name": "N"}, "password"},
		{h.As("admin1"), "users", body{"email": "n@example.org", "password": hospitaltest.Password,
			"passwordConfirm": hospitaltest.Password, "name": "N", "role": "king"}, "role"},
	} {
		answer := c.client.Create(c.collection, c.body)
		if answer.Status < 400 || answer.Status > 499 || answer.Code(c.field) == "" {
			t.Errorf("%s with %s = %.40v answered %d %.300s", c.collection, c.field, c.body[c.field], answer.Status, answer.Raw)
		}
	}
	if after := counts(h); !maps.Equal(before, after) {
		t.Errorf("records before %v, after %v", before, after)
	}
	h.Verify()
}

func TestInvalidUpdatesAreRefusedByName(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for field, value := range (body{"starts": "never", "reason": "\u2066", "status": "done", "version": -1,
		"approved_by": hospitaltest.ID("admin1"), "completed_at": at(0), "unknown": 1,
		"starts+": "x", "id": hospitaltest.ID("other"), "patient": hospitaltest.ID("kid1"),
		"ends": "1990-01-01 00:00:00.000Z", "created": "2001-01-01 00:00:00.000Z"}) {
		stored := h.Record("appointments", hospitaltest.ID("booked1"))
		answer := h.As("admin1").Update("appointments", stored.Id, body{field: value})
		if answer.Status < 400 || answer.Status > 499 || answer.Code(field) == "" {
			t.Errorf("%s = %v answered %d %s", field, value, answer.Status, answer.Raw)
		}
		if kit.Changed(stored, h.Record("appointments", stored.Id)) {
			t.Errorf("%s = %v changed the record", field, value)
		}
	}
	h.Verify()
}

func TestRetriedCreateIsRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	b := body{"id": hospitaltest.ID("retried"), "patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr1"),
		"starts": at(500 * 60 * 60 * 1e9)}
	h.As("patient1").Create("appointments", b).OK(t)
	b["starts"] = at(510 * 60 * 60 * 1e9)
	if answer := h.As("patient1").Create("appointments", b); answer.Status != http.StatusBadRequest ||
		answer.Code("id") != "validation_not_unique" {
		t.Errorf("the retry answered %d %s", answer.Status, answer.Raw)
	}
	if got := h.Record("appointments", b["id"].(string)).GetString("starts"); got != at(500*60*60*1e9) {
		t.Errorf("the retry moved the visit to %s", fmt.Sprint(got))
	}
}

// The dashboard sends every field. Fields that are not filled in have empty values.
func TestDashboardFormsWithEmptyFieldsAreAccepted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	for collection, filled := range map[string]body{
		"departments": {"code": "NEU", "name": "Neurology", "active": true},
		"patients":    {"name": "From the Dashboard"},
		"appointments": {"patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr1"),
			"starts": at(500 * 60 * 60 * 1e9)},
		"payments": {"bill": billOf(h, "1"), "method": "cash", "amount_minor": 5},
	} {
		c, err := h.App.FindCachedCollectionByNameOrId(collection)
		if err != nil {
			t.Fatal(err)
		}
		form := body{}
		for _, f := range c.Fields {
			switch f.Type() {
			case core.FieldTypeNumber:
				form[f.GetName()] = 0
			case core.FieldTypeBool:
				form[f.GetName()] = false
			default:
				form[f.GetName()] = ""
			}
		}
		maps.Copy(form, filled)
		made := operator.Create(collection, form).OK(t)
		if made.String("created") == "" {
			t.Errorf("%s: %s", collection, made.Raw)
		}
	}
	h.Verify()
}

// Updating a record that the caller may only read answers 403, a hidden or missing one 404.
func TestForbiddenAndNotFound(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		account, collection, id string
		status                  int
	}{
		{"patient1", "hospital", "hospitalsetting", http.StatusForbidden},
		{"guest", "hospital", "hospitalsetting", http.StatusUnauthorized},
		{"doctor1", "doctors", hospitaltest.ID("dr2"), http.StatusForbidden},
		{"patient1", "appointments", hospitaltest.ID("booked2"), http.StatusNotFound},
		{"patient1", "appointments", hospitaltest.ID("nothing"), http.StatusNotFound},
		{"guest", "appointments", hospitaltest.ID("booked1"), http.StatusNotFound},
		{"doctor1", "patients", hospitaltest.ID("pat2"), http.StatusNotFound},
	} {
		if answer := h.As(c.account).Update(c.collection, c.id, body{"name": "x"}); answer.Status != c.status {
			t.Errorf("%s changing %s %s: %d %s, want %d", c.account, c.collection, c.id, answer.Status, answer.Raw, c.status)
		}
	}
	for account, status := range map[string]int{"guest": http.StatusUnauthorized, "patient1": http.StatusForbidden} {
		if answer := h.As(account).Create("departments", body{"code": "X", "name": "X"}); answer.Status != status {
			t.Errorf("%s creating a department: %d %s, want %d", account, answer.Status, answer.Raw, status)
		}
	}
}
