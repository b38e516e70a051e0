// Package notices is what people are told without having asked: patients, that the
// hospital moved or cancelled their visit; admins, that somebody broke the glass; and
// the mails about accounts. It is written in the transaction of what it tells of, and
// sent after it.
package notices

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the notices.
var Module = kit.Module{
	Name:        "notices",
	Collections: []kit.Collection{notices, alerts},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks: func(app core.App) {
		letters(app)
		post(app)
		app.Cron().MustAdd("hospitalNotices", "* * * * *", func() {
			if err := Deliver(app); err != nil {
				app.Logger().Error("deliver notices", "error", err)
			}
		})
	},
	Invariants: []kit.Invariant{
		{"No notice is newer than the appointment it tells of.", `SELECT n.id FROM notices n JOIN appointments a ON a.id = n.appointment WHERE n.appointment_version > a.version`},
		{"Every notice that was sent says when.", `SELECT id FROM notices WHERE (status = 'sent') != (sent_at != '')`},
		{"Every alert that was sent says when.", `SELECT id FROM alerts WHERE (status = 'sent') != (sent_at != '')`},
	},
	OpenAPI: openapi,
}
