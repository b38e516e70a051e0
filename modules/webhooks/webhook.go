package webhooks

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Webhook is a record of webhooks: a system that is told what happens.
type Webhook struct{ *core.Record }

func (w Webhook) name() string            { return w.GetString("name") }
func (w Webhook) url() string             { return w.GetString("url") }
func (w Webhook) active() bool            { return w.GetBool("active") }
func (w Webhook) failingSince() time.Time { return w.GetDateTime("failing_since").Time() }
func (w Webhook) wants(event string) bool { return slices.Contains(w.GetStringSlice("events"), event) }

// secrets are those that sign now, the newest first.
func (w Webhook) secrets(now time.Time) []string {
	all := []string{w.GetString("secret")}
	if w.GetString("old_secret") != "" && now.Before(w.GetDateTime("old_until").Time()) {
		all = append(all, w.GetString("old_secret"))
	}
	return all
}

func (w Webhook) setActive(yes bool) { w.Set("active", yes) }

// setSecret replaces the secret. The one before also signs for a while.
func (w Webhook) setSecret(secret string, now time.Time) {
	if old := w.GetString("secret"); old != "" {
		w.Set("old_secret", old)
		w.Set("old_until", now.Add(renewPeriod))
	}
	w.Set("secret", secret)
}

func (w Webhook) setWorking() {
	w.Set("failing_since", "")
	w.Set("error", "")
}

func (w Webhook) setFailing(since time.Time, why string) {
	if w.failingSince().IsZero() {
		w.Set("failing_since", since)
	}
	w.Set("error", cut(why))
}

// Delivery is a record of webhook_deliveries: an event for a webhook.
type Delivery struct{ *core.Record }

func (d Delivery) webhook() string      { return d.GetString("webhook") }
func (d Delivery) event() string        { return d.GetString("event") }
func (d Delivery) eventID() string      { return d.GetString("event_id") }
func (d Delivery) body() string         { return d.GetString("body") }
func (d Delivery) status() Status       { return Status(d.GetString("status")) }
func (d Delivery) attempts() int        { return d.GetInt("attempts") }
func (d Delivery) nextTryAt() time.Time { return d.GetDateTime("next_try_at").Time() }
func (d Delivery) created() time.Time   { return d.GetDateTime("created").Time() }
func (d Delivery) setStatus(s Status)   { d.Set("status", string(s)) }
func (d Delivery) setNext(at time.Time) { d.Set("next_try_at", at) }
func (d Delivery) setAttempts(n int)    { d.Set("attempts", n) }
func (d Delivery) setSent(at time.Time) { d.setStatus(Sent); d.Set("sent_at", at); d.Set("error", "") }
func (d Delivery) clearSent()           { d.Set("sent_at", "") }
func (d Delivery) setAnswer(status int) { d.Set("answer", status) }
func (d Delivery) setError(why string)  { d.Set("error", cut(why)) }

func (d Delivery) fill(webhook, event, eventID, subject, body string, now time.Time) {
	d.Set("webhook", webhook)
	d.Set("event", event)
	d.Set("event_id", eventID)
	d.Set("subject", subject)
	d.Set("body", body)
	d.setStatus(Pending)
	d.setNext(now)
	d.Set("expires", now.Add(keepPeriod))
}

// cut keeps the beginning of an error.
func cut(why string) string {
	runes := []rune(why)
	return string(runes[:min(len(runes), maxError)])
}

// createWebhook checks a new webhook and gives it a secret, which is in the answer only.
func createWebhook(e *core.RecordEvent) error {
	w := Webhook{e.Record}
	if err := checkURL(e.App, w.url()); err != nil {
		return err
	}
	secret := newSecret()
	w.setSecret(secret, kit.Now(e.App))
	if err := e.Next(); err != nil {
		return err
	}
	kit.AddToResponse(e.Record, "signing_secret", secret)
	return nil
}

// changeWebhook checks a changed address. What waits for a webhook that is switched off is skipped when it is due.
func changeWebhook(e *core.RecordEvent, before *core.Record) error {
	w := Webhook{e.Record}
	if w.url() != (Webhook{before}).url() {
		if err := checkURL(e.App, w.url()); err != nil {
			return err
		}
	}
	if w.active() && !(Webhook{before}).active() {
		w.setWorking()
	}
	return e.Next()
}

const secretPrefix = "whsec_"

func newSecret() string { return secretPrefix + base64.StdEncoding.EncodeToString(randomBytes(32)) }
