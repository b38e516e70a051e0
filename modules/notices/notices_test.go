package notices_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// posted is a hospital with a mail server, where all earlier mails were sent.
func posted(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	h.App.Settings().SMTP.Enabled = true
	if err := outbox.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
	h.App.TestMailer.Reset()
	return h
}

// mailOf is the newest notice of a visit by mail.
func mailOf(h *hospitaltest.Hospital, visit string) *core.Record {
	h.T.Helper()
	found, err := h.App.FindRecordsByFilter("notices",
		"appointment = {:a} && channel = 'email' && audience = 'patient' && kind != 'reminder'", "-appointment_version",
		1, 0, map[string]any{"a": id(visit)})
	if err != nil || len(found) != 1 {
		h.T.Fatalf("the notice of %s: %v %v", visit, found, err)
	}
	return found[0]
}

func deliver(h *hospitaltest.Hospital) {
	h.T.Helper()
	if err := outbox.Deliver(h.App); err != nil {
		h.T.Fatal(err)
	}
}

func TestAPatientIsMailedWhenTheHospitalMovesTheirVisit(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Asia/Kolkata"}).OK(t)
	starts := h.Record("appointments", id("booked1")).GetDateTime("starts").Time().Add(2 * time.Hour)
	h.As("doctor1").Update("appointments", id("booked1"), body{"starts": starts, "staff_note": "secret"}).OK(t)
	deliver(h)
	deliver(h) // and once only
	if n := h.App.TestMailer.TotalSend(); n != 1 {
		t.Fatalf("%d mails were sent", n)
	}
	mail := h.App.TestMailer.LastMessage()
	zone, _ := time.LoadLocation("Asia/Kolkata")
	if mail.To[0].Address != "patient1@example.org" ||
		!strings.Contains(mail.Text, "moved to "+starts.In(zone).Format("Monday, 2 January 2006, 15:04 MST")) {
		t.Errorf("the mail to %v says\n%s", mail.To, mail.Text)
	}
	for _, private := range []string{"reason of", "secret", "Dr. 1"} {
		if strings.Contains(mail.Text+mail.Subject+mail.HTML, private) {
			t.Errorf("the mail says %q", private)
		}
	}
	if n := mailOf(h, "booked1"); n.GetString("status") != "sent" || n.GetDateTime("sent_at").IsZero() {
		t.Errorf("the notice is %s", n.GetString("status"))
	}
	h.Verify()
}

func TestTheFrontDeskIsNotAskedToCallAboutOwnChanges(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("patient1").Update("appointments", id("booked1"), body{"starts": hours(300)}).OK(t)
	h.As("doctor1").Update("appointments", id("booked1"), body{"status": "approved"}).OK(t)
	h.As("patient1").Update("appointments", id("asked1"), body{"status": "cancelled", "cancel_note": "a rash"}).OK(t)
	h.As("receptionist1").Update("appointments", id("walk"), body{"status": "cancelled", "cancel_code": "patient"}).OK(t)
	deliver(h)
	for _, private := range []string{"rash", "reason of"} {
		if strings.Contains(h.App.TestMailer.LastMessage().Text, private) {
			t.Errorf("a mail says %q", private)
		}
	}
	if n := len(h.As("receptionist1").List("notices", hospitaltest.Filter(callList)).Items()); n != 0 {
		t.Errorf("%d patients are to be called", n)
	}
}

func TestARejectedRequestHasItsReason(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("doctor2").Update("appointments", id("asked2"),
		body{"status": "cancelled", "cancel_code": "rejected", "cancel_note": "Please see a cardiologist."}).OK(t)
	deliver(h)
	if mail := h.App.TestMailer.LastMessage(); !strings.Contains(mail.Text, "does not take place") ||
		!strings.Contains(mail.Text, "Please see a cardiologist.") ||
		!strings.HasPrefix(mail.Subject, "Your request was not accepted") {
		t.Errorf("the mail %s says\n%s", mail.Subject, mail.Text)
	}
}

// callList is the filter of the API document for patients to call.
const callList = "channel = 'email' && audience = 'patient' && seen = false && " +
	"(kind = 'rejected' || kind = 'moved' || kind = 'cancelled') && (status = 'skipped' || status = 'failed')"

// hours is a full hour some hours from now.
func hours(n int) time.Time {
	return time.Now().UTC().Truncate(time.Hour).Add(time.Duration(n) * time.Hour)
}

func TestTheFrontDeskSeesWhomToCall(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("receptionist1").Update("appointments", id("walk"), body{"status": "cancelled"}).OK(t)
	found := h.As("receptionist1").List("notices", hospitaltest.Filter(callList)).Items()
	if len(found) != 1 || found[0]["appointment"] != id("walk") || found[0]["error"] == "" {
		t.Errorf("to be called are %v", found)
	}
	if n := len(h.As("receptionist1").List("notices",
		hospitaltest.Filter("appointment = '"+id("walk")+"'")).Items()); n != 1 {
		t.Errorf("who has no account has %d notices", n)
	}
}

func TestWithoutAMailServerMailsWait(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.App.Settings().SMTP.Enabled = false
	if answer := h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil).OK(t); answer.JSON["mail_server"] != false {
		t.Errorf("ready says %s", answer.Raw)
	}
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	deliver(h)
	if n := mailOf(h, "booked1"); n.GetString("status") != "pending" || h.App.TestMailer.TotalSend() != 0 {
		t.Errorf("the notice is %s", n.GetString("status"))
	}
	h.App.Settings().SMTP.Enabled = true
	deliver(h)
	if n := mailOf(h, "booked1"); n.GetString("status") != "sent" || h.App.TestMailer.TotalSend() != 1 {
		t.Errorf("the notice is %s, %d mails were sent", n.GetString("status"), h.App.TestMailer.TotalSend())
	}
}

func TestOutdatedNoticesAreSkipped(t *testing.T) {
	t.Parallel()
	h := posted(t)
	at := time.Now().UTC().Truncate(time.Hour)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"starts": at.Add(300 * time.Hour)}).OK(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"starts": at.Add(310 * time.Hour)}).OK(t)
	deliver(h)
	if n := h.App.TestMailer.TotalSend(); n != 1 ||
		!strings.Contains(h.App.TestMailer.LastMessage().Text, at.Add(310*time.Hour).Format("2 January 2006, 15:04")) {
		t.Errorf("%d mails were sent", n)
	}
	h.Verify()
}

func TestAFailedMailIsRetriedAndGivenUpAfterEightAttempts(t *testing.T) {
	t.Parallel()
	h := posted(t)
	broken := true
	h.App.OnMailerSend().BindFunc(func(e *core.MailerEvent) error {
		if broken {
			return errors.New("the line is down")
		}
		return e.Next()
	})
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	h.As("receptionist1").Update("appointments", id("booked2"), body{"status": "cancelled"}).OK(t)
	now := time.Now()
	tries := 0
	for ; tries < 20 && mailOf(h, "booked1").GetString("status") == "pending"; tries++ {
		if n := mailOf(h, "booked1").GetInt("attempts"); n != tries {
			t.Fatalf("after %d rounds there were %d attempts", tries, n)
		}
		_ = outbox.Deliver(h.App) // says that the line is down
		_ = outbox.Deliver(h.App) // too early: nothing is tried
		if tries == 2 {
			broken = false
			n := mailOf(h, "booked2")
			n.Set("next_try_at", now)
			if err := h.App.Save(n); err != nil {
				t.Fatal(err)
			}
			deliver(h)
			broken = true
		}
		now = now.Add(24 * time.Hour)
		h.At(now)
	}
	if n := mailOf(h, "booked1"); tries != 8 || n.GetString("status") != "failed" ||
		n.GetString("error") != "the line is down" {
		t.Errorf("after %d tries the notice is %s: %s", tries, n.GetString("status"), n.GetString("error"))
	}
	if n := mailOf(h, "booked2"); n.GetString("status") != "sent" {
		t.Errorf("the one that went through is %s", n.GetString("status"))
	}
	h.Verify()
}

func TestSeenAppliesToEveryChannel(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	// they read it in the portal while the mail is on its way
	h.App.OnMailerSend().BindFunc(func(e *core.MailerEvent) error {
		there := h.As("patient1").List("notices",
			hospitaltest.Filter("appointment = '"+id("booked1")+"' && channel = 'portal' && kind = 'cancelled'")).IDs()
		h.As("patient1").Update("notices", there[0], body{"seen": true}).OK(t)
		return e.Next()
	})
	deliver(h)
	mail := mailOf(h, "booked1")
	if !mail.GetBool("seen") || mail.GetString("seen_by") != id("patient1") || mail.GetString("status") != "sent" {
		t.Errorf("the notice by mail is %s, seen %v by %q", mail.GetString("status"), mail.GetBool("seen"),
			mail.GetString("seen_by"))
	}
	h.As("receptionist1").Update("notices", mail.Id, body{"seen": false}).OK(t)
	if n, err := h.App.CountRecords("notices",
		dbx.HashExp{"appointment": id("booked1"), "kind": "cancelled", "seen": true}); err != nil || n != 0 {
		t.Errorf("after all unseen, %d are seen (%v)", n, err)
	}
	if answer := h.As("patient2").Update("notices", mail.Id, body{"seen": true}); answer.Status != http.StatusNotFound {
		t.Errorf("another patient marks it: %d", answer.Status)
	}
}
