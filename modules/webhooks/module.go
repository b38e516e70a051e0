// Package webhooks tells other systems what happens: it posts signed events to addresses that admins have entered.
// An event is stored in the transaction of its cause, and sent after it.
package webhooks

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the webhooks.
var Module = kit.Module{
	Name:        "webhooks",
	Collections: []kit.Collection{webhooks, secrets, deliveries},
	Routes: []kit.Route{
		{Path: "POST /webhooks/{id}/secret", Roles: admins, Record: "webhooks", Audit: "renew secret", Handler: renewSecret},
		{Path: "POST /webhooks/{id}/test", Roles: admins, Record: "webhooks", Audit: "test", Handler: sendTest},
		{Path: "POST /webhook-deliveries/{id}/replay", Roles: admins, Record: "webhook_deliveries", Audit: "replay",
			Handler: replay},
	},
	Hooks: func(app core.App) {
		kit.OnCreate(app, "webhooks", createWebhook)
		kit.OnUpdate(app, "webhooks", updateWebhook)
		startSending(app)
	},
	Invariants: []kit.Invariant{
		{"Every webhook has one secret that does not expire.", `SELECT w.id FROM webhooks w WHERE
			(SELECT COUNT(*) FROM webhook_secrets s WHERE s.webhook = w.id AND s.expires = '') != 1`},
		{"Every delivery of a webhook that was sent says when.",
			`SELECT id FROM webhook_deliveries WHERE (status = 'sent') != (sent_at != '')`},
		{"Every delivery of a webhook that waits says when it is tried next.",
			`SELECT id FROM webhook_deliveries WHERE status = 'pending' AND next_try_at = ''`},
		{"No delivery but a test waits for a webhook that is switched off.", `SELECT d.id FROM webhook_deliveries d
			JOIN webhooks w ON w.id = d.webhook WHERE d.status = 'pending' AND NOT w.active AND d.type != 'hospital.test'`},
		{"No delivery of a webhook was sent before an earlier one of its subject that waits.",
			`SELECT d.id FROM webhook_deliveries d JOIN webhook_deliveries e
			ON e.webhook = d.webhook AND e.subject = d.subject AND e.number < d.number
			WHERE e.status = 'pending' AND NOT e.replayed AND d.status = 'sent' AND NOT d.replayed`},
	},
	OpenAPI: openapi,
}

var admins = []kit.Role{role.Admin}
