package webhooks

import (
	"time"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// Status is what became of a delivery.
type Status string

// The statuses. Failed: given up after tryPeriod. Skipped: the webhook was switched off.
const (
	Pending Status = "pending"
	Sent    Status = "sent"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

const (
	keepPeriod  = 30 * 24 * time.Hour // how long a delivery is kept
	tryPeriod   = 3 * 24 * time.Hour  // how long a delivery is tried
	failPeriod  = 5 * 24 * time.Hour  // after failing for so long a webhook is switched off
	renewPeriod = 24 * time.Hour      // how long an old secret also signs
	maxBackOff  = 6 * time.Hour
	maxURL      = 2_000
)

var webhooks = kit.Collection{
	Name: "webhooks",
	Description: "A system that is told what happens, by a signed request (CloudEvents 1.0, Standard Webhooks). The " +
		"answer to its creation has the secret, as `signing_secret`; it is not shown again.",
	Fields: kit.Fields{
		kit.Text("name", 120).Required().Presentable().Help("What it is for."),
		kit.Text("url", maxURL).Required().
			Help("Where events are sent: https, or http on this machine. No private addresses, unless the operator allows them."),
		kit.MultiSelect("events", eventTypes...).Required().Help("Types of the events that are sent."),
		kit.Bool("active").Help("Whether events are sent. It is switched off after failing for 5 days, or when the " +
			"receiver answers 410."),
		kit.Text("secret", 100).Help("Signs the requests. Only the server sees it."),
		kit.Text("old_secret", 100).Help("The secret before, which also signs for 24 hours after a new one was made."),
		kit.Instant("old_until").Help("Until when the old secret also signs."),
		kit.Instant("failing_since").Help("Since when no delivery has succeeded. Empty: the last one did."),
		kit.Text("error", maxError).Help("Why the last delivery failed."),
	},
	RawText:       []string{"secret", "old_secret"},
	Indexes:       []kit.Index{{Columns: "active"}},
	RoutineFields: []string{"active", "failing_since"},
	Policy: kit.Policy{
		role.Admin: {
			Read: kit.All, HiddenFields: []string{"secret", "old_secret"},
			Create: kit.All, CreateFields: []string{"name", "url", "events", "active"},
			Update: kit.All, UpdateFields: []string{"name", "url", "events", "active"},
		},
	},
}

const maxError = 500

var deliveries = kit.Collection{
	Name: "webhook_deliveries",
	Description: "An event for a webhook, and what became of it. Those of one subject are sent in order. It is deleted " +
		"after 30 days.",
	Fields: kit.Fields{
		kit.Relation("webhook", "webhooks").Required().Help("Webhook that it is for."),
		kit.Text("event", 60).Required().Presentable().Help("Type of the event."),
		kit.Text("event_id", 40).Required().Help("Id of the event, the same in every try and replay."),
		kit.Text("subject", 80).Help("Record that it is about, as COLLECTION/ID."),
		kit.Text("body", 20_000).Required().Help("What is sent."),
		kit.Select("status", Pending, Sent, Failed, Skipped).Required().
			Help("Failed: given up after 3 days. Skipped: the webhook was switched off."),
		kit.Int("attempts", 0, 1_000).Help("How often it was tried."),
		kit.Instant("next_try_at").Help("When it is tried next."),
		kit.Instant("sent_at").Help("When the receiver has taken it."),
		kit.Int("answer", 0, 999).Help("Status code of the last answer. 0: there was none."),
		kit.Text("error", maxError).Help("Why the last try failed."),
		kit.Instant("expires").Required().Help("When it is deleted."),
	},
	Indexes: []kit.Index{
		{Columns: "status, next_try_at"},
		{Columns: "webhook, subject", Where: "status = 'pending'"},
		{Columns: "webhook, created"},
		{Columns: "expires"},
	},
	RawText:     []string{"body"},
	Consequence: true,
	Expiring:    true,
	Policy:      kit.Policy{role.Admin: {Read: kit.All}},
}
