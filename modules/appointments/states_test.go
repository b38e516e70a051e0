package appointments_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

func TestEveryActionByEveryRoleFromEveryStatus(t *testing.T) {
	t.Parallel()
	actions := map[string]body{
		"approve":    {"status": "approved"},
		"reject":     {"status": "cancelled", "cancel_code": "rejected", "cancel_note": "no"},
		"reschedule": {"starts": wire(tomorrow().Add(300 * time.Hour))},
		"cancel":     {"status": "cancelled"},
		"check in":   {"checked_in_at": wire(time.Now())},
		"start":      {"started_at": wire(time.Now())},
		"complete":   {"status": "completed"},
		"miss":       {"status": "cancelled", "cancel_code": "no_show"},
		"reopen":     {"status": "pending"},
		"expire":     {"status": "cancelled", "cancel_code": "expired"},
	}
	// status and action to roles; all other combinations are refused and change nothing
	allowed := map[string][]string{
		"pending approve":     {"doctor", "receptionist", "admin"},
		"pending reject":      {"doctor", "admin"},
		"pending reschedule":  {"patient", "doctor", "receptionist", "admin"},
		"pending cancel":      {"patient", "doctor", "receptionist", "admin"},
		"approved reschedule": {"patient", "doctor", "receptionist", "admin"},
		"approved cancel":     {"patient", "doctor", "receptionist", "admin"},
		"approved check in":   {"nurse", "receptionist", "admin"},
		"approved start":      {"doctor", "admin"},
		"approved complete":   {"doctor", "admin"},
		"approved miss":       {"doctor", "nurse", "receptionist", "admin"},
	}
	records := map[string]string{"pending": id("asked1"), "approved": id("booked1"), "completed": id("done1"),
		"cancelled": id("cancelled")}
	roles := []string{"patient", "doctor", "nurse", "receptionist", "accountant", "admin"}
	for status, record := range records {
		for action, change := range actions {
			t.Run(status+" "+action, func(t *testing.T) {
				t.Parallel()
				h := hospitaltest.New(t)
				h.As("receptionist1").Create("appointments", body{"id": id("cancelled"), "patient": id("pat1"), "doctor": id("dr1"),
					"starts": wire(tomorrow())}).OK(t)
				h.As("receptionist1").Update("appointments", id("cancelled"), body{"status": "cancelled"}).OK(t)
				stored := h.Record("appointments", record)
				if stored.GetString("status") != status {
					t.Fatalf("the record is %s", stored.GetString("status"))
				}
				h.At(moment(action, stored))
				for _, role := range roles {
					if slices.Contains(allowed[status+" "+action], role) {
						continue
					}
					answer := h.As(role+"1").Update("appointments", record, change)
					already := change["status"] == status && len(change) == 1 // the current status again: no change, no error
					if refused := answer.Status >= 400 &&
						answer.Status <= 499; kit.Changed(stored, h.Record("appointments", record)) || answer.Status > 499 || !already &&
						!refused {
						t.Fatalf("by %s: %d %s", role, answer.Status, answer.Raw)
					}
				}
				h.Verify()
			})
		}
	}
	for row, who := range allowed {
		for _, role := range who {
			t.Run(row+" by "+role, func(t *testing.T) {
				t.Parallel()
				h := hospitaltest.New(t)
				status, action, _ := strings.Cut(row, " ")
				h.At(moment(action, h.Record("appointments", records[status])))
				h.As(role+"1").Update("appointments", records[status], actions[action]).OK(t)
				h.Verify()
			})
		}
	}
}

// moment is a time at which an action is possible.
func moment(action string, r *core.Record) time.Time {
	switch action {
	case "check in", "start", "complete":
		return r.GetDateTime("starts").Time()
	case "miss":
		return r.GetDateTime("ends").Time().Add(time.Minute)
	}
	return time.Now()
}
