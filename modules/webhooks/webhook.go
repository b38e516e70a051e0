package webhooks

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Webhook is a record of webhooks: an address that is told what happens.
type Webhook struct{ *core.Record }

func (w Webhook) url() string             { return w.GetString("url") }
func (w Webhook) active() bool            { return w.GetBool("active") }
func (w Webhook) failingSince() time.Time { return w.GetDateTime("failing_since").Time() }
func (w Webhook) lastError() string       { return w.GetString("last_error") }

func (w Webhook) wants(is Type) bool {
	events := w.GetStringSlice("events")
	return slices.Contains(events, string(is)) || slices.Contains(events, string(all))
}

func (w Webhook) switchOff() { w.Set("active", false) }

func (w Webhook) setFailing(since time.Time, why string) {
	w.Set("failing_since", since)
	w.Set("last_error", why)
}

func (w Webhook) clearFailure() {
	w.Set("failing_since", "")
	w.Set("last_error", "")
}
