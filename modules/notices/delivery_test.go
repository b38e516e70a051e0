package notices_test

import (
	"fmt"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
	"hospital/internal/smtp"
	"hospital/internal/smtp/smtptest"
)

// withServer is a hospital that sends through a mail server, and has sent all earlier mails.
func withServer(t *testing.T) (*hospitaltest.Hospital, *smtptest.Server) {
	t.Helper()
	h, server := posted(t), smtptest.New(t)
	smtp.SetStepTime(h.App, 200*time.Millisecond)
	server.Use(h.App)
	h.App.OnMailerSend().Bind(&hook.Handler[*core.MailerEvent]{Priority: 1, Func: func(e *core.MailerEvent) error {
		e.Mailer = h.App.NewMailClient()
		return e.Next()
	}})
	return h, server
}

// subjects are those of the mails to an address that contain a text, without the hospital's name.
func subjects(t *testing.T, server *smtptest.Server, address, text string) (all []string) {
	t.Helper()
	for _, content := range server.Mails() {
		m, err := netmail.ReadMessage(strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(m.Header.Get("To"), address) && strings.Contains(content, text) {
			subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			if err != nil {
				t.Fatal(err)
			}
			subject, _, _ = strings.Cut(subject, " –")
			all = append(all, subject)
		}
	}
	return all
}

// The mail server is down for an hour. What is due meanwhile arrives once afterwards, and the portal has it at once.
func TestAMailServerThatIsDownForAnHourLosesNothing(t *testing.T) {
	t.Parallel()
	h, server := withServer(t)
	visit, begin := remindable(h), hours(72) // when its last reminder is due
	server.HangAt("connect")
	h.As("receptionist1").Update("appointments", id("booked2"), body{"status": "cancelled"}).OK(t)
	for minute := range 60 {
		h.At(begin.Add(time.Duration(minute) * time.Minute))
		if minute%20 == 0 {
			_ = outbox.Deliver(h.App) // says that the server does not answer
		}
	}
	if n := len(server.Mails()); n != 1 { // the confirmation
		t.Fatalf("%d mails arrived", n)
	}
	there := hospitaltest.Filter("appointment = '" + visit + "' && channel = 'portal' && kind = 'reminder'" +
		" && status = 'sent'")
	if n := len(h.As("patient1").List("notices", there).Items()); n != 2 {
		t.Errorf("the portal has %d reminders", n)
	}
	server.HangAt("")
	for minute := range 40 {
		h.At(begin.Add(time.Duration(60+minute) * time.Minute))
		deliver(h)
	}
	want(t, "the reminders", states(h, visit), "v1 2880 sent", "v1 120 sent")
	cancelled := slices.DeleteFunc(subjects(t, server, "patient2@example.org", ""), func(subject string) bool {
		return subject != "Your visit was cancelled"
	})
	want(t, "the cancellation", cancelled, "Your visit was cancelled")
	h.Verify()
}

func TestTwoWorkersSendAReminderOnce(t *testing.T) {
	t.Parallel()
	h, server := withServer(t)
	visit := remindable(h)
	h.At(hours(73))
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			if err := outbox.Deliver(h.App); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
	seen := map[string]int{}
	for _, m := range server.Mails() {
		_, text, _ := strings.Cut(m, "\n\n")
		seen[text]++
	}
	for text, n := range seen {
		if n > 2 { // both leads are due, and say the same
			t.Errorf("%d times\n%s", n, text)
		}
	}
	want(t, "the reminders", states(h, visit), "v1 2880 sent", "v1 120 sent")
}

// One address in a hundred is refused by the server.
func TestBadAddressesKeepNoOtherReminderWaiting(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h, server := withServer(t)
	server.Refuse("bad@example.org")
	const all, bad = 10_000, 100
	starts := hours(500)
	err := h.SQL(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO patients (id, name, email, mrn, active) SELECT printf('p%%014d', i), 'Patient ' || i,
			iif(i %% %d = 0, 'bad@example.org', 'p' || i || '@example.org'), 'M' || i, TRUE FROM n`, all, all/bad))
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`DROP TRIGGER IF EXISTS appointments_overlap_insert`,
		`INSERT INTO appointments (id, number, patient, doctor, starts, ends, status, version, overbook, capacity)
			SELECT 'a' || substr(id, 2), 'B' || id, id, 'dr1000000000000', '` + wire(starts) + `', '` +
			wire(starts.Add(time.Hour)) + `', 'approved', 1, TRUE, 20000 FROM patients WHERE id LIKE 'p0000%'`,
		`INSERT INTO notices (id, patient, appointment, appointment_version, kind, audience, channel, lead_minutes,
			new_starts, status, next_try_at, created, updated)
			SELECT 'n' || substr(id, 2), id, 'a' || substr(id, 2), 1, 'reminder', 'patient', 'email', 120,
			'` + wire(starts) + `', 'pending', '` + wire(starts.Add(-2*time.Hour)) + `', '` + wire(hours(0)) + `', ''
			FROM patients WHERE id LIKE 'p0000%'`,
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatal(err)
		}
	}
	h.At(starts.Add(-2 * time.Hour))
	begun := time.Now()
	_ = outbox.Deliver(h.App) // says that some are refused
	took := time.Since(begun)
	count := func(status string) int64 {
		n, err := h.App.CountRecords("notices", dbx.HashExp{"status": status, "appointment_version": 1},
			dbx.NewExp("id LIKE 'n0000%'"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	t.Logf("%d reminders in %s, %.0f a minute", all, took, all/took.Minutes())
	if sent, pending := count("sent"), count("pending"); sent != all-bad || pending != bad {
		t.Errorf("%d were sent and %d wait", sent, pending)
	}
	if n := len(subjects(t, server, "@example.org", "Patient ")); n < all-bad {
		t.Errorf("%d mails arrived", n)
	}
}

func wire(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }
