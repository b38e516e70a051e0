package rebooking_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestApplyingMovesAndCancelsVisitsAndNotifiesPatients(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := timeOffWithVisits(h)
	notices := h.Count("notices")
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away, "note": "Dr. 1 is ill."}).OK(t)
	second := items(made)[1]["id"].(string)
	desk.Update("rebooking_items", second, body{"outcome": "cancel"}).OK(t)
	applied := desk.Update("rebookings", made.ID(), body{"status": "applied", "version": 1}).OK(t)
	if applied.Int("moved") != 1 || applied.Int("cancelled") != 1 || applied.String("applied_by") != id("receptionist1") ||
		applied.Int("version") != 2 {
		t.Errorf("applied: %s", applied.Raw)
	}
	moved, cancelled := h.Record("appointments", visits[0]), h.Record("appointments", visits[1])
	if got := moved.GetString("starts"); got != wire(day().Add(10*time.Hour)) || moved.GetString("status") != "approved" {
		t.Errorf("the first visit is %s at %s", moved.GetString("status"), got)
	}
	if cancelled.GetString("status") != "cancelled" || cancelled.GetString("cancel_code") != "hospital" ||
		cancelled.GetString("cancel_note") != "Dr. 1 is ill." {
		t.Errorf("the second visit is %s, %s: %s", cancelled.GetString("status"), cancelled.GetString("cancel_code"),
			cancelled.GetString("cancel_note"))
	}
	if n := h.Count("notices") - notices; n != 8 {
		t.Errorf("%d notices were written, want 8: portal and e-mail for each patient and 2 reminders", n)
	}
	for patient, kind := range map[string]string{"patient1": "moved", "patient2": "cancelled"} {
		received := h.As(patient).List("notices",
			"sort=-created&"+hospitaltest.Filter("kind != 'reminder'")).Items()
		if len(received) == 0 || received[0]["kind"] != kind || received[0]["old_starts"] == "" {
			t.Errorf("%s received %v", patient, received)
		}
	}
	h.Verify()
}

func TestVisitsChangedInTheMeantimeAreKept(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := timeOffWithVisits(h)
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away}).OK(t)
	h.As("patient1").Update("appointments", visits[0], body{"status": "cancelled"}).OK(t)
	h.As("patient2").Update("appointments", visits[1], body{"starts": wire(day().Add(15 * time.Hour))}).OK(t)
	applied := desk.Update("rebookings", made.ID(), body{"status": "applied"}).OK(t)
	for _, i := range items(applied) {
		if i["outcome"] != "keep" || i["why"] == "" {
			t.Errorf("an item has the outcome %v", i)
		}
	}
	if got := h.Record("appointments", visits[1]).GetString("starts"); got != wire(day().Add(15*time.Hour)) {
		t.Errorf("the visit that its patient moved is at %s", got)
	}
	h.Verify()
}

func TestApplyingChangesNothingWhenOneVisitIsRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := timeOffWithVisits(h)
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away}).OK(t)
	second := items(made)[1]
	// takes the proposed slot
	h.As("patient1").Create("appointments", body{"patient": id("kid1"), "doctor": id("dr1"),
		"starts": second["starts"]}).OK(t)
	events, notices := h.Count("appointment_events"), h.Count("notices")
	refused := desk.Update("rebookings", made.ID(), body{"status": "applied"})
	if refused.Status != http.StatusConflict || refused.Code("status") != "visit_refused" {
		t.Fatalf("applying answered %d %s", refused.Status, refused.Raw)
	}
	params := refused.JSON["data"].(map[string]any)["status"].(map[string]any)["params"].(map[string]any)
	if params["item"] != second["id"] || params["code"] != "slot_taken" ||
		!strings.Contains(refused.String("message"), params["number"].(string)) {
		t.Errorf("the refusal contains %s", refused.Raw)
	}
	if h.Record("appointments", visits[0]).GetInt("version") != 1 || h.Count("appointment_events") != events ||
		h.Count("notices") != notices || h.Record("rebookings", made.ID()).GetString("status") != "proposed" {
		t.Error("the refused transaction left changes")
	}
	desk.Update("rebooking_items", second["id"].(string), body{"starts": wire(day().Add(16 * time.Hour))}).OK(t)
	desk.Update("rebookings", made.ID(), body{"status": "applied"}).OK(t)
	if r := h.Record("appointments", visits[1]); r.GetString("starts") != wire(day().Add(16*time.Hour)) ||
		r.GetString("ends") != wire(day().Add(16*time.Hour+30*time.Minute)) {
		t.Errorf("the second visit is from %s to %s", r.GetString("starts"), r.GetString("ends"))
	}
	h.Verify()
}

func TestARebookingIsAppliedOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := timeOffWithVisits(h)
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away}).OK(t)
	item := items(made)[0]["id"].(string)
	if answer := desk.Update("rebooking_items", item, body{"outcome": "keep"}).OK(t); answer.String("starts") != "" {
		t.Errorf("a kept visit has the new time %s", answer.String("starts"))
	}
	if answer := desk.Update("rebooking_items", item, body{"outcome": "move"}); answer.Code("starts") != "required" {
		t.Errorf("a move without a time answered %d %s", answer.Status, answer.Raw)
	}
	var all sync.WaitGroup
	var done atomic.Int32
	for range 10 { // concurrent retries
		all.Go(func() {
			answer := desk.Update("rebookings", made.ID(), body{"status": "applied", "version": 1})
			if answer.Status == http.StatusOK {
				done.Add(1)
			} else if answer.Status != http.StatusConflict {
				t.Errorf("applying answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if v := h.Record("appointments", visits[1]).GetInt("version"); done.Load() != 1 || v != 2 {
		t.Errorf("applied %d times; the visit has version %d", done.Load(), v)
	}
	for what, answer := range map[string]hospitaltest.Response{
		"withdrawing": desk.Update("rebookings", made.ID(),
			body{"status": "withdrawn"}), "reopening": desk.Update("rebookings", made.ID(), body{"status": "proposed"}),
		"changing the note": desk.Update("rebookings", made.ID(),
			body{"note": "x"}), "changing an item": desk.Update("rebooking_items", item, body{"outcome": "cancel"}),
	} {
		if answer.Status != http.StatusConflict {
			t.Errorf("%s afterwards answered %d %s", what, answer.Status, answer.Raw)
		}
	}
	answer := desk.Create("rebookings", body{"time_off": away, "status": "withdrawn"})
	if answer.Code("status") != "invalid_transition" {
		t.Errorf("creating it as withdrawn answered %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}
