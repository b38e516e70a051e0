package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// TestTheClockMayJump sets the hospital's clock back and forth between the steps of a
// visit. What is in order stays in order: numbers, versions, events, and the audit log, which
// is ordered by number and not by time.
func TestTheClockMayJump(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := time.Now()
	slot := now.UTC().Truncate(24 * time.Hour).Add(200 * 24 * time.Hour)
	h.At(now.Add(3 * time.Hour))
	visit := h.As("patient1").Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat1"),
		"doctor": hospitaltest.ID("dr2"), "starts": slot.Format(wireFormat), "reason": "cough"}).OK(t).ID()
	h.At(now.Add(-3 * time.Hour)) // six hours back
	h.As("doctor2").Update("appointments", visit, hospitaltest.Body{"status": "approved"}).OK(t)
	h.At(now.Add(30 * time.Minute))
	moved := slot.Add(30 * time.Minute).Format(wireFormat)
	h.As("receptionist1").Update("appointments", visit, hospitaltest.Body{"starts": moved}).OK(t)
	h.At(now.Add(-24 * time.Hour))
	h.As("patient1").Update("appointments", visit, hospitaltest.Body{"status": "cancelled"}).OK(t)
	if r := h.Record("appointments", visit); r.GetInt("version") != 4 || r.GetString("status") != "cancelled" {
		t.Errorf("the visit has version %d and is %s", r.GetInt("version"), r.GetString("status"))
	}
	h.Verify()

	// The server says that its clock is wrong: it is before the last entry of the audit log.
	ready := h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil)
	checks, _ := ready.JSON["checks"].(map[string]any)
	if ready.Status != http.StatusServiceUnavailable || checks["clock"] != "not ok" {
		t.Errorf("ready answered %d %s", ready.Status, ready.Raw)
	}
	h.At(now.Add(4 * time.Hour))
	h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil).OK(t)
}

// A jump forward ends what has an end, and a jump back does not bring it back.
func TestAJumpForwardEndsWhatHasAnEnd(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	h.As("doctor2").Create("break_glass", hospitaltest.Body{"patient": hospitaltest.ID("pat1"),
		"reason": "Unconscious in the waiting room"})
	h.At(time.Now().Add(300 * 24 * time.Hour))
	late := h.As("patient1").Update("appointments", hospitaltest.ID("booked1"), hospitaltest.Body{"status": "cancelled"})
	if late.Status < http.StatusBadRequest {
		t.Errorf("a visit of the past was cancelled: %d", late.Status)
	}
	past := time.Now().Add(24 * time.Hour).UTC().Truncate(24 * time.Hour).Add(9 * time.Hour).Format(wireFormat)
	if answer := desk.Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat1"),
		"doctor": hospitaltest.ID("dr1"), "starts": past}); answer.Status < http.StatusBadRequest {
		t.Errorf("a visit was booked in the past: %d", answer.Status)
	}
	h.Verify()
}
