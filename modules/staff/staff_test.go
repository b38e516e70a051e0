package staff_test

import (
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

func TestStaffHaveAccountsOfTheirRole(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for collection, account := range map[string]string{"doctors": "receptionist1", "nurses": "doctor1"} {
		answer := h.As("admin1").Create(collection, body{"user": hospitaltest.ID(account), "name": "N"})
		if answer.Status != http.StatusBadRequest || answer.Code("user") != "wrong_role" {
			t.Errorf("%s of a %s answered %d %s", collection, account, answer.Status, answer.Raw)
		}
	}
}

func TestADoctorEditsOnlyTheirOwnProfile(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("doctor1").Update("doctors", hospitaltest.ID("dr1"), body{"bio": "Likes knees.", "accepts_online": false}).OK(t)
	if answer := h.As("doctor1").Update("doctors", hospitaltest.ID("dr2"),
		body{"bio": "Likes nothing."}); answer.Status != http.StatusForbidden {
		t.Errorf("another's page answered %d", answer.Status)
	}
	if seen := h.As("patient1").View("doctors", hospitaltest.ID("dr1"), "").OK(t); seen.String("bio") != "Likes knees." {
		t.Errorf("patients read %s", seen.Raw)
	}
	answer := h.As("patient1").Create("appointments",
		body{"patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr1"),
			"starts": h.Record("appointments", hospitaltest.ID("walk")).GetString("starts")})
	if answer.Code("doctor") != "doctor_unavailable" {
		t.Errorf("a doctor who takes no bookings online was booked: %d %s", answer.Status, answer.Raw)
	}
}

func TestGuestsSeeOnlyActiveDoctorsAndPublicFields(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctors := h.As("guest").List("doctors", "expand=department,user").OK(t).Items()
	if len(doctors) != 2 {
		t.Errorf("guests see %d doctors", len(doctors))
	}
	for _, d := range doctors {
		for _, hidden := range []string{"license_no", "phone", "user"} {
			if _, ok := d[hidden]; ok {
				t.Errorf("guests see the %s of %v", hidden, d["name"])
			}
		}
		if expand, _ := d["expand"].(map[string]any); expand["user"] != nil || expand["department"] == nil {
			t.Errorf("guests are shown with a doctor: %v", expand)
		}
	}
}
