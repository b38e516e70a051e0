package notices_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/notices"
)

// alertsOf are the alerts of a kind that an admin has not read.
func alertsOf(h *hospitaltest.Hospital, admin string, kind notices.AlertKind) []map[string]any {
	h.T.Helper()
	return h.As(admin).List("alerts", hospitaltest.Filter(fmt.Sprintf("kind = '%s' && seen = false", kind))).OK(h.T).Items()
}

// quiet is a hospital whose alerts are old and were read.
func quiet(h *hospitaltest.Hospital) *hospitaltest.Hospital {
	h.T.Helper()
	if err := h.SQL("UPDATE alerts SET seen = 1, created = '2020-01-01 00:00:00.000Z'"); err != nil {
		h.T.Fatal(err)
	}
	return h
}

func registerDoctor(h *hospitaltest.Hospital, n int) {
	h.T.Helper()
	h.As("guest").Create("users", body{"email": fmt.Sprintf("doctor%d@example.org", 100+n), "name": "Dr. Emil Berg",
		"role": "doctor", "password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password}).OK(h.T)
}

func TestAdminsAreToldOnceADayThatSomebodyWaits(t *testing.T) {
	t.Parallel()
	h := quiet(posted(t))
	begin := time.Now()
	for i, at := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Hour, 1}, {25 * time.Hour, 2}} {
		h.At(begin.Add(at.after))
		registerDoctor(h, i)
		for _, admin := range []string{"admin1", "admin2"} {
			if got := len(alertsOf(h, admin, notices.Registration)); got != at.want {
				t.Errorf("after %v %s has %d alerts, want %d", at.after, admin, got, at.want)
			}
		}
	}
	h.As("guest").Create("users", body{"email": "nobody@example.org", "name": "A patient",
		"password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password}).OK(t)
	deliver(h)
	if mails := mailsTo(h, "admin1@example.org"); len(mails) != 2 || mails[0].Subject == mails[0].Text {
		t.Errorf("admin1 got %d mails", len(mails))
	}
	h.Verify()
}

// While there is no mail server nobody confirms an address, and an admin has to look.
func TestAdminsAreToldOfRegistrationsWithoutAMailServer(t *testing.T) {
	t.Parallel()
	for _, mail := range []bool{false, true} {
		h := quiet(hospitaltest.New(t))
		h.App.Settings().SMTP.Enabled = mail
		h.As("admin1").Update("hospital", "hospitalsetting", body{"confirm_email": true}).OK(t)
		h.As("guest").Create("users", body{"email": "new@example.org", "name": "New",
			"password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password}).OK(t)
		if told := len(alertsOf(h, "admin1", notices.Registration)) == 1; told == mail {
			t.Errorf("with a mail server %v the admin is told: %v", mail, told)
		}
	}
}

func TestAdminsAreToldWhenMailsFail(t *testing.T) {
	t.Parallel()
	h := posted(t)
	told := func() int {
		t.Helper()
		if err := notices.CheckMails(h.App); err != nil {
			t.Fatal(err)
		}
		return len(alertsOf(h, "admin2", notices.MailsFail))
	}
	if n := told(); n != 0 {
		t.Fatalf("%d alerts without a reason", n)
	}
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	begin := time.Now()
	for _, at := range []struct {
		after  time.Duration
		server bool
		want   int
	}{{30 * time.Minute, true, 0}, {61 * time.Minute, false, 0}, {61 * time.Minute, true, 1}, {2 * time.Hour, true, 1}} {
		h.At(begin.Add(at.after))
		h.App.Settings().SMTP.Enabled = at.server
		if n := told(); n != at.want {
			t.Errorf("a mail waits for %v, mail server %v: %d alerts, want %d", at.after, at.server, n, at.want)
		}
	}
	alert := alertsOf(h, "admin2", notices.MailsFail)[0]["id"].(string)
	if answer := h.As("admin1").Update("alerts", alert, body{"seen": true}); answer.Status != http.StatusNotFound {
		t.Errorf("an alert of another admin answered %d", answer.Status)
	}
	h.As("admin2").Update("alerts", alert, body{"seen": true}).OK(t)
}

func TestAdminsAreToldOfManyRefusedMails(t *testing.T) {
	t.Parallel()
	for refused, want := range map[int]int{9: 0, 10: 1} {
		h := posted(t)
		at := time.Now().Add(2 * time.Hour).UTC().Format("2006-01-02 15:04:05.000Z") // after the last try
		for n := range refused {
			if err := h.SQL(fmt.Sprintf(`INSERT INTO notices (id, kind, audience, channel, status, attempts, next_try_at,
				about) VALUES ('failed%09d', 'message', 'patient', 'email', 'failed', 8, '%s', 'messages/%d')`, n, at, n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := notices.CheckMails(h.App); err != nil {
			t.Fatal(err)
		}
		if n := len(alertsOf(h, "admin1", notices.MailsFail)); n != want {
			t.Errorf("%d mails were refused: %d alerts", refused, n)
		}
	}
}
