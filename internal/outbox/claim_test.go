package outbox

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// deciding is an app whose letters say what becomes of them when they are claimed.
func deciding(t *testing.T) *letters {
	t.Helper()
	l := newLetters(t, plain)
	of(l.TestApp).queues[0].WithoutMail = "text = 'portal'"
	of(l.TestApp).queues[0].Claim = func(_ core.App, r *core.Record) error {
		switch r.GetString("text") {
		case "portal":
			return ErrDelivered
		case "stale":
			return Skip("The visit was moved.")
		case "night":
			if until := time.Date(2030, 1, 2, 7, 0, 0, 0, time.UTC); l.now.Before(until) {
				return Delay{until}
			}
		}
		return nil
	}
	return l
}

func TestAClaimDecidesWhatIsSent(t *testing.T) {
	t.Parallel()
	l := deciding(t)
	portal, stale, night, mail := l.add("portal"), l.add("stale"), l.add("night"), l.add("mail")
	l.deliver()
	l.want(portal, "sent 0", 1)
	l.want(stale, "skipped 0 The visit was moved.", 1)
	l.want(night, "pending 0", 1)
	l.want(mail, "sent 1", 1)
	l.now = time.Date(2030, 1, 2, 7, 0, 0, 0, time.UTC)
	l.deliver()
	l.want(night, "sent 1", 2)
}

func TestMailsWaitForAMailServer(t *testing.T) {
	t.Parallel()
	l := deciding(t)
	l.Settings().SMTP.Enabled = false
	old := l.add("old")
	l.now = l.now.Add(5 * 24 * time.Hour)
	mail := l.add("mail")
	for range perTurn + 1 {
		l.add("more")
	}
	portal := l.add("portal")
	l.now = l.now.Add(3 * 24 * time.Hour)
	l.deliver()
	l.want(old, "pending 0", 0)
	l.want(mail, "pending 0", 0)
	l.want(portal, "sent 0", 0)
	l.Settings().SMTP.Enabled = true
	l.deliver()
	l.want(old, "skipped 0 It waited too long for a mail server.", perTurn+2)
	l.want(mail, "sent 1", perTurn+2)
}

func TestWhatNeedsNoMailGoesOnWhileTheMailServerHangs(t *testing.T) {
	t.Parallel()
	l := deciding(t)
	app, server := l.withServer()
	for range 20 {
		l.add("mail")
	}
	l.now = l.now.Add(time.Second)
	portal := l.add("portal")
	server.HangAt("connect")
	_ = Deliver(app) // says that the server does not answer
	if got := l.state(portal); got != "sent 0" {
		t.Errorf("it is %q", got)
	}
}
