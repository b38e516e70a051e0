package notices_test

import (
	"strings"
	"testing"
	"time"
)

func TestVerifyFindsRemindersOfTimesThatWereNotTrue(t *testing.T) {
	t.Parallel()
	h := posted(t)
	visit := remindable(h)
	h.At(hours(30))
	deliver(h)
	h.As("receptionist1").Update("appointments", visit, body{"starts": hours(90)}).OK(t)
	h.At(hours(60))
	h.As("receptionist1").Update("appointments", visit, body{"status": "cancelled"}).OK(t)
	h.Verify()
	later := wire(hours(61).Add(time.Second))
	for _, c := range []struct{ set, broken string }{
		{"status = 'pending', sent_at = ''", "No reminder waits of a visit that was moved or cancelled."},
		{"status = 'sent', sent_at = '" + wire(hours(31)) + "'", "No reminder was sent after its visit was moved."},
		{"status = 'sent', sent_at = '" + later + "'", "No reminder was sent after its visit was cancelled."},
	} {
		if err := h.SQL("UPDATE notices SET " + c.set + " WHERE kind = 'reminder' AND appointment_version = 1 " +
			"AND lead_minutes = 120 AND channel = 'email' AND appointment = '" + visit + "'"); err != nil {
			t.Fatal(err)
		}
		if report := h.Violations(); !strings.Contains(report, c.broken) {
			t.Errorf("after %s verify says %q, want %s", c.set, report, c.broken)
		}
	}
}
