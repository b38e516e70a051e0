package appointments_test

import (
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/appointments"
)

func TestUnapprovedRequestsExpire(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(h.Record("appointments", id("asked1")).GetDateTime("starts").Time())
	if err := appointments.Expire(h.App); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"asked1", "asked2"} {
		if r := h.Record("appointments", id(name)); r.GetString("status") != "cancelled" ||
			r.GetString("cancel_code") != "expired" {
			t.Errorf("%s is %s %s", name, r.GetString("status"), r.GetString("cancel_code"))
		}
	}
	if r := h.Record("appointments", id("booked1")); r.GetString("status") != "approved" {
		t.Errorf("an approved visit is %s", r.GetString("status"))
	}
	h.Verify()
}

func TestRequestsDuringTimeOffExpire(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("asked1")).GetDateTime("starts").Time()
	h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": starts, "ends": starts.Add(time.Hour)}).OK(t)
	h.At(starts)
	if err := appointments.Expire(h.App); err != nil {
		t.Fatal(err)
	}
	if got := h.Record("appointments", id("asked1")).GetString("status"); got != "cancelled" {
		t.Errorf("the request is %s", got)
	}
	h.Verify()
}
