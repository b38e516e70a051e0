package webhooks

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

const (
	giveUpAfter    = 3 * 24 * time.Hour
	keepDeliveries = 30 * 24 * time.Hour
	maxBackOff     = 8 * time.Hour
	maxRetryAfter  = 24 * time.Hour
)

// Delivery is a record of webhook_deliveries: an event for one webhook.
type Delivery struct{ *core.Record }

func (d Delivery) webhook() string       { return d.GetString("webhook") }
func (d Delivery) event() string         { return d.GetString("event") }
func (d Delivery) body() string          { return d.GetString("body") }
func (d Delivery) status() Status        { return Status(d.GetString("status")) }
func (d Delivery) attempts() int         { return d.GetInt("attempts") }
func (d Delivery) nextTryAt() time.Time  { return d.GetDateTime("next_try_at").Time() }
func (d Delivery) triesUntil() time.Time { return d.GetDateTime("tries_until").Time() }

// inFlight reports whether it is being sent, or the server was killed while it was.
func (d Delivery) inFlight() bool {
	return d.status() == Pending && d.attempts() > 0 && d.GetString("error") == ""
}

func (d Delivery) fill(webhook, id string, event Event, body string, number int64) {
	d.Set("webhook", webhook)
	d.Set("event", id)
	d.Set("type", string(event.Type))
	d.Set("subject", event.Subject)
	d.Set("body", body)
	d.Set("number", number)
}

// wait makes it due.
func (d Delivery) wait(now time.Time) {
	d.Set("status", string(Pending))
	d.Set("attempts", 0)
	d.Set("next_try_at", now)
	d.Set("tries_until", now.Add(giveUpAfter))
	d.Set("expires", now.Add(keepDeliveries))
	d.Set("sent_at", "")
	d.setAnswer(answer{})
}

func (d Delivery) replay(now time.Time) {
	d.wait(now)
	d.Set("replayed", true)
}

// try counts an attempt. If the server is killed during it, there is another one later.
func (d Delivery) try(now time.Time) {
	d.Set("attempts", d.attempts()+1)
	d.Set("tried_at", now)
	d.Set("next_try_at", now.Add(backOff(d.attempts())))
	d.setAnswer(answer{})
}

func (d Delivery) succeed(now time.Time, a answer) {
	d.Set("status", string(Sent))
	d.Set("sent_at", now)
	d.setAnswer(a)
}

// fail sets the next try, or gives up.
func (d Delivery) fail(now time.Time, a answer) {
	next := now.Add(max(backOff(d.attempts()), min(a.retryAfter, maxRetryAfter)))
	d.Set("next_try_at", next)
	if next.After(d.triesUntil()) {
		d.Set("status", string(Failed))
	}
	d.setAnswer(a)
}

func (d Delivery) giveUp(a answer) {
	d.Set("status", string(Failed))
	d.setAnswer(a)
}

func (d Delivery) setAnswer(a answer) {
	d.Set("response_status", a.status)
	d.Set("error", a.problem)
}

// backOff is how long to wait after an attempt: 1, 2, 4 … minutes.
func backOff(attempts int) time.Duration {
	return min(time.Minute<<min(max(attempts, 1)-1, 20), maxBackOff)
}
