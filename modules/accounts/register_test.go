package accounts_test

import (
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

func person(more body) body {
	b := body{"email": "new@example.org", "password": "a-long-password", "passwordConfirm": "a-long-password",
		"name": "Nadia"}
	for k, v := range more {
		b[k] = v
	}
	return b
}

func TestRegisteringAsAPatientMakesAccountAndRecordTogether(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	user := h.As("guest").Create("users", person(body{"role": "patient", "phone": "12", "birth_date": "1990-01-02",
		"sex": "female", "blood_group": "O+",
		"address": "Street 1", "national_id": "X1", "emergency_name": "Mum", "medical_history": "asthma"})).OK(t)
	patient, err := h.App.FindFirstRecordByData("patients", "user", user.ID())
	if err != nil {
		t.Fatal("no patients record:", err)
	}
	for field, want := range (body{"name": "Nadia", "phone": "12", "email": "new@example.org",
		"birth_date": "1990-01-02", "sex": "female", "national_id": "X1", "medical_history": "asthma"}) {
		if got := patient.GetString(field); got != want {
			t.Errorf("the patient's %s is %q, want %q", field, got, want)
		}
	}
	signIn(h, "NEW@example.org", "a-long-password").OK(t)
	h.Verify()
}

func TestAnInvalidProfileCreatesNoAccount(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("users")
	for field, value := range (body{"birth_date": "2999-01-01", "sex": "yes", "emergency_name": 7,
		"specialization": "a field of doctors"}) {
		answer := h.As("guest").Create("users", person(body{field: value}))
		if answer.Status != http.StatusBadRequest || answer.Code(field) == "" {
			t.Errorf("%s=%v answered %d %s", field, value, answer.Status, answer.Raw)
		}
	}
	if h.Count("users") != before {
		t.Error("an account was made")
	}
}

func TestADoctorWhoRegistersWaitsForAnAdmin(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	user := h.As("guest").Create("users", person(body{"role": "doctor", "specialization": "Cardiology",
		"license_no": "L9"})).OK(t)
	if answer := signIn(h, "new@example.org", "a-long-password"); answer.Status < 400 {
		t.Error("a pending doctor signed in")
	}
	doctor, err := h.App.FindFirstRecordByData("doctors", "user", user.ID())
	if err != nil || doctor.GetBool("active") || doctor.GetString("specialization") != "Cardiology" {
		t.Fatalf("the doctors record: %v, %v", doctor, err)
	}
	h.As("admin1").Update("users", user.ID(), body{"status": "active"}).OK(t)
	signIn(h, "new@example.org", "a-long-password").OK(t)
	if !h.Record("doctors", doctor.Id).GetBool("active") {
		t.Error("the activated doctor cannot be booked")
	}
	h.As("admin1").Update("users", user.ID(), body{"status": "suspended"}).OK(t)
	if h.Record("doctors", doctor.Id).GetBool("active") {
		t.Error("the suspended doctor can be booked")
	}
}

func TestGuestsCannotRegisterWithMoreRights(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("users")
	for field, value := range (body{"role": "admin", "status": "active", "verified": true, "tokenKey": "x",
		"is_admin": true, "mrn": "000000018"}) {
		answer := h.As("guest").Create("users", person(body{field: value}))
		if answer.Status < 400 || answer.Status > 499 || answer.Code(field) == "" {
			t.Errorf("%s=%v answered %d %s", field, value, answer.Status, answer.Raw)
		}
	}
	if got := h.Count("users"); got != before {
		t.Errorf("%d accounts were made", got-before)
	}
	for _, r := range []string{"nurse", "receptionist", "accountant"} {
		if answer := h.As("guest").Create("users", person(body{"role": r})); answer.Code("role") != "not_allowed" {
			t.Errorf("registering as %s answered %s", r, answer.Raw)
		}
	}
}
