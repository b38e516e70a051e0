package appointments_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/appointments"
)

// limit sets limits of the hospital.
func limit(t *testing.T, h *hospitaltest.Hospital, limits body) {
	t.Helper()
	h.As("admin1").Update("hospital", "hospitalsetting", limits).OK(t)
}

// request books the nth slot of a far day at the second doctor.
func request(c hospitaltest.Client, patient string, n int) hospitaltest.Response {
	day := time.Now().UTC().Truncate(24 * time.Hour).Add(200 * 24 * time.Hour)
	return c.Create("appointments", body{"patient": id(patient), "doctor": id("dr2"), "starts": slotFrom(day, n)})
}

func slotFrom(day time.Time, n int) string {
	return day.Add(time.Duration(n) * 30 * time.Minute).Format("2006-01-02 15:04:05.000Z")
}

// refusedWith fails the test unless the request was refused with the code, and says what to do.
func refusedWith(t *testing.T, answer hospitaltest.Response, code string) {
	t.Helper()
	if answer.Status != http.StatusConflict || answer.Code("patient") != code ||
		!strings.Contains(answer.String("message"), "call the hospital") {
		t.Errorf("answered %d %s, want 409 %s", answer.Status, answer.Raw, code)
	}
}

func TestAnAccountHasFewOpenVisits(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	parent, desk := h.As("patient1"), h.As("receptionist1")
	limit(t, h, body{"open_visits_per_patient": 3, "open_visits_per_account": 5})
	booked := map[string]int{}
	for _, patient := range []string{"pat1", "kid1"} {
		for n := range 6 {
			if request(parent, patient, 10*len(booked)+n).Status == http.StatusOK {
				booked[patient]++
			}
		}
	}
	open := func(patient string) int {
		list := desk.List("appointments", hospitaltest.Filter(fmt.Sprintf(
			"patient=%q && requested_by=%q && (status='pending' || status='approved')", id(patient), id("patient1"))))
		return len(list.OK(t).Items())
	}
	if open("pat1") != 3 || open("pat1")+open("kid1") != 5 {
		t.Errorf("the account has %d and %d visits", open("pat1"), open("kid1"))
	}
	refusedWith(t, request(parent, "pat1", 30), "open_visits_per_patient")
	refusedWith(t, request(parent, "kid1", 30), "open_visits_per_account")
	request(desk, "pat1", 31).OK(t) // the desk books on

	mine := desk.List("appointments", hospitaltest.Filter(
		fmt.Sprintf("patient=%q && requested_by=%q && status='pending'", id("pat1"), id("patient1")))).IDs()
	parent.Update("appointments", mine[0], body{"starts": slotFrom(time.Now().UTC().Truncate(24*time.Hour).
		Add(201*24*time.Hour), 0)}).OK(t) // moving takes no further visit
	parent.Update("appointments", mine[0], body{"status": "cancelled"}).OK(t)
	request(parent, "pat1", 30).OK(t)
	h.Verify()
}

func TestOpenVisitsAreLimitedInARace(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	limit(t, h, body{"open_visits_per_patient": 4})
	parent, before := h.As("patient2"), h.Count("appointments")
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { request(parent, "pat2", n) })
	}
	all.Wait()
	if booked := h.Count("appointments") - before; booked > 4 || booked < 1 {
		t.Errorf("%d visits were booked", booked)
	}
	refusedWith(t, request(parent, "pat2", 40), "open_visits_per_patient")
}

func TestRequestsAndMovesAreLimitedByTheDay(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	limit(t, h, body{"requests_per_day": 5}) // the fixture has one
	patient := h.As("patient1")
	day := time.Now().UTC().Truncate(24 * time.Hour).Add(201 * 24 * time.Hour)
	visit := request(patient, "pat1", 0).OK(t).ID()
	request(patient, "pat1", 1).OK(t)
	for n := range 2 {
		patient.Update("appointments", visit, body{"starts": slotFrom(day, n)}).OK(t)
	}
	refusedWith(t, patient.Update("appointments", visit, body{"starts": slotFrom(day, 2)}), "requests_per_day")
	refusedWith(t, request(patient, "pat1", 3), "requests_per_day")
	patient.Update("appointments", visit, body{"reason": "cough"}).OK(t) // no other time
	h.As("receptionist1").Update("appointments", visit, body{"starts": slotFrom(day, 5)}).OK(t)
	patient.Update("appointments", visit, body{"status": "cancelled"}).OK(t)
	h.At(time.Now().Add(25 * time.Hour))
	request(patient, "pat1", 4).OK(t)
}

func TestWhoCancelsOftenBooksAtTheDesk(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	limit(t, h, body{"cancellations_per_week": 2})
	patient := h.As("patient1")
	for n := range 2 {
		visit := request(patient, "pat1", n).OK(t).ID()
		patient.Update("appointments", visit, body{"status": "cancelled"}).OK(t)
	}
	refusedWith(t, request(patient, "pat1", 0), "cancellations_per_week")
	refusedWith(t, request(patient, "kid1", 0), "cancellations_per_week")
	patient.Update("appointments", id("asked1"), body{"status": "cancelled"}).OK(t) // cancelling is always possible
	request(h.As("receptionist1"), "pat1", 0).OK(t)
	h.At(time.Now().Add(8 * 24 * time.Hour))
	request(patient, "pat1", 1).OK(t)
}

func TestRequestsExpireAfterTheHoursOfTheSettings(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := time.Now()
	limit(t, h, body{"request_expiry_hours": 48})
	left := request(h.As("patient1"), "pat1", 0).OK(t).ID()
	moved := request(h.As("patient1"), "kid1", 1).OK(t).ID()
	approved := request(h.As("patient2"), "pat2", 2).OK(t).ID()
	h.As("doctor2").Update("appointments", approved, body{"status": "approved"}).OK(t)
	status := func(visit string) string { return h.Record("appointments", visit).GetString("status") }
	expire := func(after time.Duration) {
		h.At(now.Add(after))
		if err := appointments.Expire(h.App); err != nil {
			t.Fatal(err)
		}
	}
	expire(47 * time.Hour)
	if status(left) != "pending" {
		t.Error("the request expired early")
	}
	day := now.UTC().Truncate(24 * time.Hour).Add(201 * 24 * time.Hour)
	h.As("patient1").Update("appointments", moved, body{"starts": slotFrom(day, 0)}).OK(t)
	expire(49 * time.Hour)
	if r := h.Record("appointments", left); r.GetString("cancel_code") != "expired" || r.GetString("cancel_note") == "" {
		t.Errorf("the request is %s", r.GetString("status"))
	}
	if status(moved) != "pending" || status(approved) != "approved" {
		t.Errorf("the moved request is %s, the approved one %s", status(moved), status(approved))
	}
	expire(96 * time.Hour)
	if status(moved) != "cancelled" {
		t.Errorf("the moved request is %s", status(moved))
	}
	limit(t, h, body{"request_expiry_hours": 0})
	again := request(h.As("patient1"), "pat1", 3).OK(t).ID()
	expire(1000 * time.Hour)
	if status(again) != "pending" {
		t.Error("without the setting a request expires only at its start")
	}
	h.Verify()
}
