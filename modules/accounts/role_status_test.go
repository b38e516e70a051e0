package accounts_test

import (
	"net/http"
	"sync"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestAChangeOfRoleOrStatusEndsLiveTokens(t *testing.T) {
	t.Parallel()
	for _, change := range []body{{"status": "suspended"}, {"role": "nurse"}} {
		h := hospitaltest.New(t)
		patient := h.As("patient1")
		if len(patient.List("appointments", "").IDs()) == 0 {
			t.Fatal("patient1 has no appointments before the change")
		}
		h.As("admin1").Update("users", hospitaltest.ID("patient1"), change).OK(t)
		if ids := patient.List("appointments", "").IDs(); len(ids) > 0 {
			t.Errorf("after %v the old token lists %v", change, ids)
		}
		if answer := patient.View("users", hospitaltest.ID("patient1"), ""); answer.Status != http.StatusNotFound {
			t.Errorf("after %v the old token views its account: %d", change, answer.Status)
		}
		if answer := patient.Do(http.MethodPost, "/api/collections/users/auth-refresh", nil); answer.Status < 400 {
			t.Errorf("after %v the old token was refreshed", change)
		}
		if answer := patient.Update("users", hospitaltest.ID("patient1"), body{"phone": "666"}); answer.Status < 400 {
			t.Errorf("after %v the old token writes", change)
		}
	}
}

func TestTheLastActiveAdminCannotBeDemoted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("users", hospitaltest.ID("admin2"), body{"role": "nurse"}).OK(t)
	for _, change := range []body{{"role": "doctor"}, {"status": "suspended"}, {"status": "pending"}} {
		if answer := h.As("admin1").Update("users", hospitaltest.ID("admin1"),
			change); answer.Status != http.StatusConflict || answer.Code("role") != "last_admin" {
			t.Errorf("%v of the last admin answered %d %s", change, answer.Status, answer.Raw)
		}
	}
}

func TestTwoAdminsWhoDemoteEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	admins := []hospitaltest.Client{h.As("admin1"), h.As("admin2")}
	targets := []string{hospitaltest.ID("admin2"), hospitaltest.ID("admin1")}
	var both sync.WaitGroup
	for i := range admins {
		both.Go(func() { admins[i].Update("users", targets[i], body{"role": "nurse"}) })
	}
	both.Wait()
	left, err := h.App.FindRecordsByFilter("users", `role = "admin" && status = "active"`, "", 0, 0)
	if err != nil || len(left) != 1 {
		t.Errorf("%d admins are left (%v)", len(left), err)
	}
}

func TestAChangeOfRoleOrStatusDeactivatesTheStaffRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("users", hospitaltest.ID("doctor1"), body{"role": "receptionist"}).OK(t)
	if h.Record("doctors", hospitaltest.ID("dr1")).GetBool("active") {
		t.Error("the former doctor can still be booked")
	}
	h.As("admin1").Update("users", hospitaltest.ID("nurse1"), body{"status": "suspended"}).OK(t)
	if h.Record("nurses", hospitaltest.ID("ns1")).GetBool("active") {
		t.Error("the suspended nurse is still active")
	}
	h.Verify()
}
