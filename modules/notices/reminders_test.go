package notices_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
)

// states are "lead status" of the reminders of a visit by email, in the order of their due times.
func states(h *hospitaltest.Hospital, visit string) (all []string) {
	h.T.Helper()
	found, err := h.App.FindRecordsByFilter("notices",
		"appointment = {:a} && channel = 'email' && kind = 'reminder'", "appointment_version,-lead_minutes", 0, 0,
		dbx.Params{"a": visit})
	if err != nil {
		h.T.Fatal(err)
	}
	for _, n := range found {
		all = append(all, fmt.Sprintf("v%d %d %s", n.GetInt("appointment_version"), n.GetInt("lead_minutes"),
			n.GetString("status")))
	}
	return all
}

// remindable books a visit in 74 hours, and sends the confirmation.
func remindable(h *hospitaltest.Hospital) (visit string) {
	h.T.Helper()
	visit = h.As("receptionist1").Create("appointments",
		body{"patient": id("pat1"), "doctor": id("dr1"), "starts": hours(74)}).OK(h.T).ID()
	deliver(h)
	return visit
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q\nwant %q", what, got, want)
	}
}

func TestAVisitIsToldInOrderUntilItIsCancelled(t *testing.T) {
	t.Parallel()
	h, server := withServer(t)
	starts := hours(400)
	pass := func(at time.Time) { h.At(at); deliver(h) }
	visit := h.As("patient1").Create("appointments",
		body{"patient": id("kid1"), "doctor": id("dr1"), "starts": starts, "reason": "secret cough"}).OK(t).ID()
	pass(time.Now().Add(time.Minute))
	h.As("doctor1").Update("appointments", visit, body{"status": "approved"}).OK(t)
	pass(time.Now().Add(2 * time.Minute))
	h.As("receptionist1").Update("appointments", visit, body{"starts": starts.Add(24 * time.Hour)}).OK(t)
	pass(time.Now().Add(3 * time.Minute))
	h.As("receptionist1").Update("appointments", visit, body{"starts": starts}).OK(t) // back to the first time
	pass(time.Now().Add(4 * time.Minute))
	for at := hours(340); at.Before(starts.Add(-time.Hour)); at = at.Add(time.Hour) {
		pass(at)
		pass(at) // once only
	}
	h.As("receptionist1").Update("appointments", visit, body{"status": "cancelled"}).OK(t)
	pass(starts.Add(48 * time.Hour))
	want(t, "the mails", subjects(t, server, "patient1@example.org", "Child of 1"),
		"We have received your request", "Your visit is confirmed", "Your visit has a new time",
		"Your visit has a new time", "Reminder of your visit", "Reminder of your visit", "Your visit was cancelled")
	want(t, "the reminders", states(h, visit), "v2 2880 skipped", "v2 120 skipped", "v3 2880 skipped", "v3 120 skipped",
		"v4 2880 sent", "v4 120 sent")
	want(t, "mails with a clinical word", subjects(t, server, "", "cough"))
	there := h.As("patient1").List("notices", "sort=sent_at&perPage=50&"+hospitaltest.Filter(
		"appointment = '"+visit+"' && channel = 'portal' && status = 'sent'")).OK(t)
	var kinds []string
	for _, n := range there.Items() {
		kinds = append(kinds, n["kind"].(string))
	}
	want(t, "the portal", kinds, "requested", "confirmed", "moved", "moved", "reminder", "reminder", "cancelled")
	h.Verify()
}

func TestAVisitBookedWithinALeadSkipsIt(t *testing.T) {
	t.Parallel()
	h := posted(t)
	book := func(in int) string {
		return h.As("receptionist1").Create("appointments",
			body{"patient": id("pat1"), "doctor": id("dr1"), "starts": hours(in)}).OK(t).ID()
	}
	want(t, "in five hours", states(h, book(5)), "v1 120 pending")
	want(t, "in an hour", states(h, book(1)))
	far := book(60)
	want(t, "in 60 hours", states(h, far), "v1 2880 pending", "v1 120 pending")
	h.As("receptionist1").Update("appointments", far, body{"starts": hours(40)}).OK(t)
	want(t, "moved to 40 hours", states(h, far), "v1 2880 skipped", "v1 120 skipped", "v2 120 pending")
	h.As("admin1").Update("hospital", "hospitalsetting", body{"reminder_leads": "0"}).OK(t)
	want(t, "switched off", states(h, book(70)))
	h.As("admin1").Update("hospital", "hospitalsetting", body{"reminder_leads": "90m, 24h, 1440m"}).OK(t)
	want(t, "other leads", states(h, book(80)), "v1 1440 pending", "v1 90 pending")
	h.As("patient1").Update("appointments", far, body{"starts": hours(90)}).OK(t)
	want(t, "waiting for approval", states(h, far), "v1 2880 skipped", "v1 120 skipped", "v2 120 skipped")
	for _, leads := range []string{"soon", "1m", "721h", "48", "1h,2h,3h,4h,5h,6h", "-2h"} {
		if answer := h.As("admin1").Update("hospital", "hospitalsetting",
			body{"reminder_leads": leads}); answer.Status != http.StatusBadRequest ||
			answer.Code("reminder_leads") != "invalid_leads" {
			t.Errorf("%s answers %d %s", leads, answer.Status, answer.Raw)
		}
	}
	h.Verify()
}

func TestAReminderIsNotSentAfterTheVisitBegan(t *testing.T) {
	t.Parallel()
	h := posted(t)
	visit := remindable(h)
	h.At(hours(74).Add(time.Minute)) // the server was off for three days
	deliver(h)
	want(t, "the reminders", states(h, visit), "v1 2880 skipped", "v1 120 skipped")
	if n := len(subjectsOf(h, "patient1@example.org", "Reminder")); n > 0 {
		t.Errorf("%d reminders arrived", n)
	}
	h.Verify()
}

func TestRemindersOfAClosedRecordAreNotSent(t *testing.T) {
	t.Parallel()
	h := posted(t)
	visit := remindable(h)
	h.As("admin1").Update("patients", id("pat1"), body{"active": false}).OK(t)
	h.At(hours(73))
	deliver(h)
	want(t, "the reminders", states(h, visit), "v1 2880 skipped", "v1 120 skipped")
}

// The quiet hours are from 21:00 to 07:00 in Berlin, where the clock is put forward at 02:00 on 31 March 2030 and back
// at 03:00 on 27 October.
func TestQuietHoursDelayWhatIsNotUrgent(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, starts string // in Berlin
		lead         string
		before, sent string
	}{
		{"summer time begins", "2030-04-02 05:00", "48h", "2030-03-31 06:59", "2030-03-31 07:00"},
		{"summer time ends", "2030-10-29 02:00", "48h", "2030-10-27 06:59", "2030-10-27 07:00"},
		{"after the clock was moved", "2030-04-01 12:00", "48h", "2030-03-30 10:59", "2030-03-30 11:00"},
		{"in the evening", "2030-06-14 22:00", "48h", "2030-06-13 06:59", "2030-06-13 07:00"},
		{"short leads are urgent", "2030-06-14 07:30", "2h", "2030-06-14 05:29", "2030-06-14 05:30"},
		{"the visit comes before the end", "2030-06-14 06:00", "25h", "2030-06-13 06:59", "2030-06-13 07:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := posted(t)
			at := func(text string) time.Time {
				local, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
				if err != nil {
					t.Fatal(err)
				}
				return local
			}
			h.At(at(c.starts).Add(-10 * 24 * time.Hour))
			deliver(h)
			h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Europe/Berlin",
				"reminder_leads": c.lead, "quiet_from": "21:00", "quiet_until": "07:00"}).OK(t)
			visit := h.As("receptionist1").Create("appointments",
				body{"patient": id("pat1"), "doctor": id("dr1"), "starts": at(c.starts).UTC()}).OK(t).ID()
			h.At(at(c.before))
			deliver(h)
			if got := states(h, visit); len(got) != 1 || !strings.HasSuffix(got[0], "pending") {
				t.Errorf("before: %q", got)
			}
			h.At(at(c.sent))
			deliver(h)
			if got := states(h, visit); len(got) != 1 || !strings.HasSuffix(got[0], "sent") {
				t.Errorf("then: %q", got)
			}
		})
	}
}

func TestConfirmationsWaitForTheMorningAndLateChangesDoNot(t *testing.T) {
	t.Parallel()
	h := posted(t)
	night := hours(24).Truncate(24 * time.Hour).Add(23 * time.Hour)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"quiet_from": "21:00", "quiet_until": "07:00"}).OK(t)
	h.At(night)
	deliver(h)
	h.App.TestMailer.Reset()
	book := func(in time.Duration) string {
		return h.As("receptionist1").Create("appointments",
			body{"patient": id("pat1"), "doctor": id("dr1"), "starts": night.Add(in)}).OK(t).ID()
	}
	book(300 * time.Hour)
	soon := book(20 * time.Hour)
	deliver(h)
	if n := h.App.TestMailer.TotalSend(); n != 1 {
		t.Fatalf("%d mails were sent of a visit tomorrow", n)
	}
	h.As("receptionist1").Update("appointments", soon, body{"status": "cancelled"}).OK(t)
	deliver(h)
	if n := h.App.TestMailer.TotalSend(); n != 2 {
		t.Fatalf("%d mails were sent, also of its cancellation", n)
	}
	h.At(night.Add(8 * time.Hour))
	deliver(h)
	if n := len(subjectsOf(h, "patient1@example.org", "Your visit is confirmed")); n < 2 {
		t.Errorf("%d confirmations in the morning", n)
	}
}

func subjectsOf(h *hospitaltest.Hospital, address, subject string) (all []string) {
	for _, m := range h.App.TestMailer.Messages() {
		if m.To[0].Address == address && strings.HasPrefix(m.Subject, subject) {
			all = append(all, m.Subject)
		}
	}
	return all
}
