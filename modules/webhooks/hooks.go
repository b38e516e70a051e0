package webhooks

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// createWebhook checks the address. The answer has the secret.
func createWebhook(e *core.RecordEvent) error {
	w := Webhook{e.Record}
	if err := check(e.App, w, w.active()); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	secret, err := newSecret(e.App, w.Id, kit.ActorOf(e.Record))
	if err != nil {
		return err
	}
	kit.AddToResponse(e.Record, "signing_secret", secret)
	return nil
}

// updateWebhook checks a new address. A webhook that is switched off skips what waits.
func updateWebhook(e *core.RecordEvent, before *core.Record) error {
	w, was := Webhook{e.Record}, Webhook{before}
	on, moved := w.active() && !was.active(), w.url() != was.url()
	if on || moved {
		if err := check(e.App, w, on); err != nil {
			return err
		}
		w.clearFailure()
	}
	if err := e.Next(); err != nil {
		return err
	}
	if was.active() && !w.active() {
		return changeWaiting(e.App, w.Id, "status = 'skipped', error = 'The webhook was switched off.'", "TRUE")
	}
	if moved {
		return changeWaiting(e.App, w.Id, "next_try_at = {:now}", "error != ''")
	}
	return nil
}

// check refuses an address that webhooks must not lead to, and too many active webhooks: each has its own workers.
func check(tx core.App, w Webhook, activated bool) error {
	if w.url() != "" { // validation says that it is required
		if _, err := parse(w.url(), reachOf(tx)); err != nil {
			return err
		}
	}
	if !activated {
		return nil
	}
	n, err := tx.CountRecords("webhooks", dbx.HashExp{"active": true})
	if err == nil && n >= maxActive {
		return kit.Conflict("active", "too_many_webhooks", "There are 20 active webhooks. Switch another off first.")
	}
	return err
}
