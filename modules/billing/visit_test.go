package billing_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"hospital/internal/role"

	"hospital/internal/fixture"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/internal/money"
)

func expectRefused(t *testing.T, what string, answer hospitaltest.Response, status int, field, code string) {
	t.Helper()
	if answer.Status != status || answer.Code(field) != code {
		t.Errorf("%s answered %d %s, want %d with %s: %s", what, answer.Status, answer.Raw, status, field, code)
	}
}

// expectBill fails the test unless a bill has this status and balance.
func expectBill(t *testing.T, h *hospitaltest.Hospital, bill, status string, balance int) {
	t.Helper()
	if r := h.Record("bills", bill); r.GetString("status") != status || r.GetInt("balance_minor") != balance {
		t.Errorf("%s is %s with %d open, want %s with %d", r.GetString("number"), r.GetString("status"),
			r.GetInt("balance_minor"), status, balance)
	}
}

func TestChargesAreLinesOfTheBill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, who := range []string{"doctor1", "nurse1", "receptionist1"} {
		h.As(who).Create("charges", body{"appointment": id("booked1"), "service": id("ecg"), "quantity": 1}).OK(t)
	}
	removed := h.As("nurse1").Create("charges",
		body{"appointment": id("booked1"), "service": id("ecg"), "quantity": 5}).OK(t)
	h.As("nurse2").Update("charges", removed.ID(), body{"quantity": 0, "version": 1}).OK(t)
	h.As("admin1").Update("services", id("ecg"), body{"price_minor": 4_000}).OK(t)
	bill := h.Record("bills", complete(h))
	// 50.00 plus 7 %, and three times 40.00 plus 7.5 %: the price on the day of completion
	if bill.GetInt("subtotal_minor") != 5_000+3*4_000 || bill.GetInt("tax_minor") != 350+3*300 ||
		bill.GetInt("total_minor") != 18_250 {
		t.Errorf("bill: %v", bill)
	}
	expectRefused(t, "a new charge of a billed visit",
		h.As("nurse1").Create("charges", body{"appointment": id("booked1"), "service": id("ecg"), "quantity": 1}),
		http.StatusConflict, "appointment", "invalid_transition")
	expectRefused(t, "a changed charge of a billed visit",
		h.As("nurse1").Update("charges", removed.ID(), body{"quantity": 1}),
		http.StatusConflict, "appointment", "invalid_transition")
	h.Verify()
}

func TestInvalidChargesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	nurse := h.As("nurse1")
	charge := func(field string, value any) body {
		b := body{"appointment": id("booked1"), "service": id("ecg"), "quantity": 1}
		b[field] = value
		return b
	}
	expectRefused(t, "no quantity",
		nurse.Create("charges", charge("quantity", 0)),
		http.StatusBadRequest, "quantity", "required")
	expectRefused(t, "a negative quantity",
		nurse.Create("charges", charge("quantity", -1)),
		http.StatusBadRequest, "quantity", "validation_min_number_constraint")
	expectRefused(t, "a huge quantity",
		nurse.Create("charges", charge("quantity", 1e20)),
		http.StatusBadRequest, "quantity", "validation_only_int_constraint")
	expectRefused(t, "an inactive service",
		nurse.Create("charges", charge("service", id("retired"))),
		http.StatusConflict, "service", "not_offered")
	expectRefused(t, "an unknown service",
		nurse.Create("charges", charge("service", id("nothing"))),
		http.StatusBadRequest, "service", "validation_missing_rel_records")
	expectRefused(t, "another doctor's visit",
		h.As("doctor2").Create("charges", charge("quantity", 1)),
		http.StatusBadRequest, "appointment", "not_yours")
	expectRefused(t, "a requested visit",
		nurse.Create("charges", charge("appointment", id("asked1"))),
		http.StatusConflict, "appointment", "invalid_transition")
	expectRefused(t, "a stale change",
		nurse.Update("charges", id("charge1"), body{"quantity": 2, "version": 9}),
		http.StatusConflict, "version", "stale_version")
	for _, who := range []string{"patient1", "accountant1"} {
		if answer := h.As(who).Create("charges", charge("quantity", 1)); answer.Status != http.StatusForbidden {
			t.Errorf("%s created a charge: %s", who, answer.Raw)
		}
	}
}

func TestAVisitAboveTheLargestAmountIsNotCompleted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("services", id("ecg"), body{"price_minor": money.Max}).OK(t)
	h.As("nurse1").Create("charges", body{"appointment": id("booked1"), "service": id("ecg"), "quantity": 1000}).OK(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	expectRefused(t, "completing the visit",
		h.As("doctor1").Update("appointments", id("booked1"), body{"status": "completed"}),
		http.StatusBadRequest, "status", "too_large")
	if h.Record("appointments", id("booked1")).GetString("status") != "approved" {
		t.Error("the visit is completed without a bill")
	}
}

func TestAFollowUpHasItsOwnPrice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind string
		after      time.Duration // the fixture's visit two days ago
		doctor     string
		want       int
	}{
		{"soon after", "follow_up", 4 * 24 * time.Hour, "dr1", 2_140},
		{"on the last day", "follow_up", 7 * 24 * time.Hour, "dr1", 2_140},
		{"too late", "follow_up", 8*24*time.Hour + time.Hour, "dr1", 5_350},
		{"booked as something else", "procedure", 4 * 24 * time.Hour, "dr1", 5_350},
		{"with another doctor", "follow_up", 4 * 24 * time.Hour, "dr2", 5_350},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			h.As("admin1").Update("doctors", id(c.doctor), body{"follow_up": id("again"), "follow_up_days": 7}).OK(t)
			starts := h.Record("appointments", id("done1")).GetDateTime("starts").Time().Add(c.after)
			made := h.As("receptionist1").Create("appointments",
				body{"patient": id("pat1"), "doctor": id(c.doctor), "starts": kit.FormatInstant(starts),
					"visit_type": c.kind,
					"overbook":   true, "staff_note": "at any hour"}).OK(t)
			h.At(starts.Add(time.Hour))
			h.As("admin1").Update("appointments", made.ID(), body{"status": "completed"}).OK(t)
			bill, err := h.App.FindFirstRecordByData("bills", "appointment", made.ID())
			if err != nil || bill.GetInt("total_minor") != c.want {
				t.Errorf("the total is %d, want %d (%v)", bill.GetInt("total_minor"), c.want, err)
			}
			h.Verify()
		})
	}
}

func TestABillIsDueSomeDaysAfterIssue(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"due_days": 30, "timezone": "Pacific/Auckland"}).OK(t)
	bill := h.Record("bills", complete(h))
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	if want := bill.GetDateTime("issued_at").Time().In(zone).AddDate(0, 0,
		30).Format(time.DateOnly); bill.GetString("due_on") != want {
		t.Errorf("due on %s, want %s", bill.GetString("due_on"), want)
	}
}

func TestConcurrentCompletionsLeaveNoGapInTheNumbers(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	w := fixture.New(h.App)
	desk, now := kit.Actor{Role: role.Receptionist}, time.Now().UTC().Truncate(time.Hour)
	for i := range 100 {
		name := fmt.Sprintf("many%dx", i)
		w.Create(desk, name, "appointments",
			fixture.Fields{"patient": id("walkin"), "doctor": id("dr1"),
				"starts": now.Add(time.Duration(200+i) * time.Hour), "overbook": true, "staff_note": "many"})
	}
	if w.Err != nil {
		t.Fatal(w.Err)
	}
	before := h.Count("bills")
	h.At(now.Add(400 * time.Hour))
	doctor := h.As("doctor1")
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			if answer := doctor.Update("appointments", w.ID(fmt.Sprintf("many%dx", i)),
				body{"status": "completed"}); answer.Status != http.StatusOK {
				t.Errorf("a completion answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if n := h.Count("bills") - before; n != 100 {
		t.Errorf("100 visits have %d bills", n)
	}
	h.Verify() // checks the numbers
}
