package webhooks

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// Status is the state of a delivery.
type Status string

// The statuses.
const (
	Pending Status = "pending"
	Sent    Status = "sent"
	Failed  Status = "failed"  // given up
	Skipped Status = "skipped" // the webhook was switched off
)

const (
	maxURL   = 2_000
	maxBody  = 64_000
	maxError = 500 // characters
)

var webhooks = kit.Collection{
	Name: "webhooks",
	Description: "An address of another system that is told what happens, by signed requests. The answer to a create " +
		"has its secret, once.",
	Fields: kit.Fields{
		kit.Text("name", 100).Required().Presentable().Help("What it is for, such as SMS gateway."),
		kit.Text("url", maxURL).Required().Help("Address that events are posted to. It must be https, or on this " +
			"machine; private addresses need HOSPITAL_WEBHOOK_PRIVATE."),
		kit.MultiSelect("events", selectable()...).Required().Help("Types of events that are sent; * for all."),
		kit.Bool("active").Help("Whether events are sent. Switching it off skips the deliveries that wait. The hospital " +
			"switches it off after 5 days of failure, or if the receiver answers 410."),
		kit.Instant("failing_since").Help("Since when no try has succeeded. Empty: the last one did."),
		kit.Text("last_error", maxError).Help("Why the last try failed. Empty: it did not."),
	},
	Indexes:       []kit.Index{{Columns: "created"}},
	Cached:        true,
	RoutineFields: []string{"active"},
	Policy: kit.Policy{
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: []string{"name", "url", "events", "active"},
			Update: kit.All, UpdateFields: []string{"name", "url", "events", "active"},
		},
	},
}

// secrets are a collection of their own, so that no read of a webhook can contain one.
var secrets = kit.Collection{
	Name:        "webhook_secrets",
	Description: "A secret that events of a webhook are signed with. One that was renewed also signs for 24 hours.",
	Fields: kit.Fields{
		kit.Relation("webhook", "webhooks").Required().Presentable().Help("Webhook whose events it signs."),
		kit.Text("secret", 100).Required().Help("The secret, as the receiver has it."),
		kit.Instant("expires").Help("Until when it signs. Empty: it was not renewed."),
	},
	Indexes:  []kit.Index{{Columns: "webhook, expires"}, {Columns: "expires"}},
	Expiring: true,
	RawText:  []string{"secret"},
	Policy:   kit.Policy{},
}

const waiting = "status = 'pending'"

var deliveries = kit.Collection{
	Name: "webhook_deliveries",
	Description: "An event for one webhook, and whether its receiver has got it. Events of one subject are sent in " +
		"their order. Deleted after 30 days.",
	Fields: kit.Fields{
		kit.Relation("webhook", "webhooks").Required().Help("Webhook that it is for."),
		kit.Text("event", 15).Required().Presentable().
			Help("Id of the event: webhook-id of the request, and id of the body. It is the same at each try."),
		kit.Select("type", typeNames()...).Required().Help("Type of the event."),
		kit.Text("subject", 100).Help("Record that it is about, such as appointments/ID."),
		kit.Text("body", maxBody).Help("Body of the request, in the JSON of CloudEvents 1.0."),
		kit.Count("number").Help("Place in the order of the deliveries."),
		kit.Select("status", Pending, Sent, Failed, Skipped).Required().
			Help("Pending: not sent yet. Failed: given up after 3 days. Skipped: the webhook was switched off."),
		kit.Int("attempts", 0, 10_000).Help("How often sending was tried."),
		kit.Instant("tried_at").Help("When sending was last tried."),
		kit.Instant("next_try_at").Help("When sending is tried next."),
		kit.Instant("tries_until").Help("When it is given up."),
		kit.Instant("sent_at").Help("When the receiver accepted it."),
		kit.Int("response_status", 0, 999).Help("HTTP status of the last answer. 0: there was none."),
		kit.Text("error", maxError).Help("Why the last try failed."),
		kit.Bool("replayed").Help("An admin has sent it again."),
		kit.Instant("expires").Required().Help("When it is deleted."),
	},
	Indexes: []kit.Index{
		{Columns: "webhook, created"},
		{Columns: "webhook, number", Where: waiting},
		{Columns: "webhook, subject, number", Where: waiting},
		{Columns: "status, created"},
		{Columns: "created"},
		{Columns: "expires"},
	},
	Expiring:      true,
	Consequence:   true,
	RawText:       []string{"body"},
	RoutineFields: []string{"status", "type", "webhook"},
	Policy:        kit.Policy{role.Admin: {Read: kit.All}},
}
