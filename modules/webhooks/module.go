// Package webhooks tells other systems what happens: gateways for SMS, accounting, other records. Events are CloudEvents
// 1.0, signed as Standard Webhooks, stored in the transaction of their cause and sent after it.
package webhooks

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

var admins = []kit.Role{role.Admin}

// Module declares the webhooks.
var Module = kit.Module{
	Name:        "webhooks",
	Collections: []kit.Collection{webhooks, deliveries},
	Routes: []kit.Route{
		{Path: "POST /webhooks/{id}/secret", Roles: admins, Record: "webhooks", Handler: renewSecret},
		{Path: "POST /webhooks/{id}/test", Roles: admins, Record: "webhooks", Handler: sendTest},
		{Path: "POST /webhook-deliveries/{id}/replay", Roles: admins, Record: "webhook_deliveries", Handler: replay},
	},
	Hooks: hooks,
	Invariants: []kit.Invariant{
		{Description: "Every delivery that was sent says when.",
			Violations: `SELECT id FROM webhook_deliveries WHERE (status = 'sent') != (sent_at != '')`},
		{Description: "Every webhook has a secret.", Violations: `SELECT id FROM webhooks WHERE secret = ''`},
	},
	OpenAPI: openapi,
}

func hooks(app core.App) {
	subscriptionsOf(app).root = app
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		subscriptionsOf(app).want(test) // reads them once, not in a request
		return e.Next()
	})
	kit.OnCreate(app, "webhooks", createWebhook)
	kit.OnUpdate(app, "webhooks", changeWebhook)
	forget := func(e *core.RecordEvent) error {
		subscriptionsOf(app).forget()
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess("webhooks").BindFunc(forget)
	app.OnRecordAfterUpdateSuccess("webhooks").BindFunc(forget)
	app.OnRecordAfterCreateSuccess("webhook_deliveries").BindFunc(func(e *core.RecordEvent) error {
		wake(app)
		return e.Next()
	})
	app.Cron().MustAdd("hospitalWebhooks", "* * * * *", func() {
		if err := Deliver(app); err != nil {
			app.Logger().Error("deliver webhooks", "error", err)
		}
	})
	app.Cron().MustAdd("hospitalWebhooksForget", "41 * * * *", func() {
		if err := kit.DeleteAll(app, "webhook_deliveries", kit.Expired(app)); err != nil {
			app.Logger().Error("delete old deliveries of webhooks", "error", err)
		}
	})
}
