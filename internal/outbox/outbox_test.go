package outbox

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
)

const delivery = Columns("mail_status")

// letters is an app with one queue, in which letters are due.
type letters struct {
	*tests.TestApp
	t   *testing.T
	now time.Time
}

func newLetters(t *testing.T, compose func(app core.App, r *core.Record) (*mailer.Message, error)) *letters {
	t.Helper()
	app, err := tests.NewTestApp(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Cleanup)
	l := &letters{TestApp: app, t: t, now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	kit.SetClock(app, func() time.Time { return l.now })
	app.Settings().SMTP.Enabled = true
	c := core.NewBaseCollection("letters")
	c.Fields.Add(&core.TextField{Name: "text"})
	for _, f := range delivery.Fields("") {
		c.Fields.Add(f.Field)
	}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	Register(app, Queue{Collection: "letters", Columns: delivery, Compose: compose})
	return l
}

// plain writes the text of a letter.
func plain(app core.App, r *core.Record) (*mailer.Message, error) {
	return Message(app, mail.Address{Address: "ada@example.org"}, "Letter", r.GetString("text")), nil
}

func (l *letters) queue() Queue { return of(l.TestApp).queues[0] }

// add stores a letter that is due now.
func (l *letters) add(text string) string {
	l.t.Helper()
	r, err := kit.New(l.TestApp, "letters")
	if err != nil {
		l.t.Fatal(err)
	}
	r.Set("text", text)
	delivery.SetPending(r, l.now)
	if err := l.Save(r); err != nil {
		l.t.Fatal(err)
	}
	return r.Id
}

// state is the status of a letter, its attempts, and its error.
func (l *letters) state(id string) string {
	l.t.Helper()
	r, err := l.FindRecordById("letters", id)
	if err != nil {
		l.t.Fatal(err)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d %s", delivery.status(r), r.GetInt(attempts), r.GetString(lastError)))
}

func (l *letters) want(id, state string, mails int) {
	l.t.Helper()
	if got := l.state(id); got != state || l.TestMailer.TotalSend() != mails {
		l.t.Errorf("the letter is %q and %d mails were sent, want %q and %d", got, l.TestMailer.TotalSend(), state, mails)
	}
}

func (l *letters) deliver() {
	l.t.Helper()
	if err := Deliver(l.TestApp); err != nil {
		l.t.Fatal(err)
	}
}

func TestAMailIsSentOnce(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	id := l.add("hello")
	l.deliver()
	l.deliver()
	l.want(id, "sent 1", 1)
}

func TestConcurrentWorkersSendAMailOnce(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	id := l.add("hello")
	var all sync.WaitGroup
	for range 8 { // as several processes would, past the lock of one
		all.Go(func() {
			if err := l.queue().try(l.TestApp, id); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	l.want(id, "sent 1", 1)
}

func TestAnInterruptedAttemptIsRepeatedLater(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	id := l.add("hello")
	if claimed, err := l.queue().claim(l.TestApp, id); err != nil || claimed == nil { // and the process stops
		t.Fatal(claimed, err)
	}
	l.deliver()
	l.want(id, "pending 1", 0)
	l.now = l.now.Add(2 * time.Minute)
	l.deliver()
	l.want(id, "sent 2", 1)
}

func TestAnInterruptedLastAttemptIsGivenUp(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	id := l.add("hello")
	for range maxAttempts {
		if claimed, err := l.queue().claim(l.TestApp, id); err != nil || claimed == nil {
			t.Fatal(claimed, err)
		}
		l.now = l.now.Add(24 * time.Hour)
	}
	l.deliver()
	l.want(id, "failed 8 The last attempt was interrupted.", 0)
}

func TestAMailThatCannotBeWrittenIsTriedAgainAndStopsNoOther(t *testing.T) {
	t.Parallel()
	broken := true
	l := newLetters(t, func(app core.App, r *core.Record) (*mailer.Message, error) {
		switch {
		case broken && r.GetString("text") == "panic":
			panic("a secret")
		case broken && r.GetString("text") == "error":
			return nil, errors.New("a secret")
		}
		return plain(app, r)
	})
	panics, fails, fine := l.add("panic"), l.add("error"), l.add("fine")
	if err := Deliver(l.TestApp); err == nil || strings.Count(err.Error(), "a secret") != 2 {
		t.Errorf("delivering answers %v", err)
	}
	l.want(fine, "sent 1", 1)
	l.want(panics, "pending 1 the mail could not be written", 1)
	l.want(fails, "pending 1 the mail could not be written", 1)
	broken, l.now = false, l.now.Add(2*time.Minute)
	l.deliver()
	l.want(panics, "sent 2", 3)
	l.want(fails, "sent 2", 3)
}

func TestAPanicOfTheMailServerIsAFailedAttempt(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	l.OnMailerSend().BindFunc(func(*core.MailerEvent) error { panic("boom") })
	id := l.add("hello")
	if err := Deliver(l.TestApp); err == nil {
		t.Error("delivering answers no error")
	}
	l.want(id, "pending 1 panic: boom", 0)
}

func TestASkippedMailSaysWhy(t *testing.T) {
	t.Parallel()
	l := newLetters(t, func(core.App, *core.Record) (*mailer.Message, error) { return nil, Skip("No address.") })
	id := l.add("hello")
	l.deliver()
	l.want(id, "skipped 1 No address.", 0)
}

// TestChangesDuringAnAttemptAreKept changes the row before it is claimed, while its mail is
// on the way, and deletes it.
func TestChangesDuringAnAttemptAreKept(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	change := func(id, text string) {
		r, err := l.FindRecordById("letters", id)
		if err != nil {
			t.Error(err)
			return
		}
		r.Set("text", text)
		if err := l.Save(r); err != nil {
			t.Error(err)
		}
	}
	changed, deleted := l.add("changed"), l.add("deleted")
	l.OnMailerSend().BindFunc(func(e *core.MailerEvent) error {
		if e.Message.Text != "deleted" {
			change(changed, "while it is sent")
			return e.Next()
		}
		r, err := l.FindRecordById("letters", deleted)
		if err != nil {
			return err
		}
		return errors.Join(l.Delete(r), e.Next())
	})
	l.deliver()
	l.want(changed, "sent 1", 2)
	if r, err := l.FindRecordById("letters", changed); err != nil || r.GetString("text") != "while it is sent" {
		t.Errorf("the text is %q (%v)", r.GetString("text"), err)
	}
}
