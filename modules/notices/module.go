// Package notices tells patients and doctors what happens to their visits, reminds patients of them, and tells of
// another account of a patient's record and of emergency access. A notice is stored in the transaction of its cause,
// and sent after it, or when it is due.
package notices

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the notices.
var Module = kit.Module{
	Name:        "notices",
	Collections: []kit.Collection{notices, preferences, alerts, linkNotices},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Routes: []kit.Route{
		{Path: "POST /unsubscribe", Roles: role.Anyone, Handler: unsubscribe},
		{Path: "GET /unsubscribe", Roles: role.Anyone, Handler: openUnsubscribe},
	},
	Hooks: func(app core.App) {
		kit.OnCreate(app, "notice_preferences", checkNewPreference)
		app.Cron().MustAdd("hospitalDayLists", "*/15 * * * *", func() {
			if err := SendDayLists(app); err != nil {
				app.Logger().Error("write the lists of visits of tomorrow", "error", err)
			}
		})
		app.Cron().MustAdd("hospitalMailsFail", "*/15 * * * *", func() {
			if err := CheckMails(app); err != nil {
				app.Logger().Error("check whether mails fail", "error", err)
			}
		})
		outbox.Register(app,
			outbox.Queue{Collection: "alerts", Columns: delivery, Compose: composeAlert},
			outbox.Queue{Collection: "notices", Columns: delivery, Claim: claimNotice,
				WithoutMail: "channel != 'email'", Compose: composeNotice},
			outbox.Queue{Collection: "link_notices", Columns: delivery, Compose: composeLink})
	},
	Invariants: []kit.Invariant{
		{"No notice is newer than the appointment it tells of.",
			`SELECT n.id FROM notices n JOIN appointments a ON a.id = n.appointment WHERE n.appointment_version > a.version`},
		{"No reminder was sent after its visit was moved.",
			`SELECT DISTINCT n.id FROM notices n JOIN appointment_events e ON e.appointment = n.appointment
			WHERE n.kind = 'reminder' AND n.status = 'sent' AND e.action = 'reschedule' AND e.created > n.created
				AND n.sent_at > strftime('%Y-%m-%d %H:%M:%fZ', e.created, '+1 minute')`}, // one on its way cannot be stopped
		{"No reminder was sent after its visit was cancelled.",
			`SELECT n.id FROM notices n JOIN appointments a ON a.id = n.appointment
			WHERE n.kind = 'reminder' AND n.status = 'sent' AND a.status = 'cancelled'
				AND n.sent_at > strftime('%Y-%m-%d %H:%M:%fZ', a.cancelled_at, '+1 minute')`},
		{"No reminder waits of a visit that was moved or cancelled.",
			`SELECT n.id FROM notices n JOIN appointments a ON a.id = n.appointment
			WHERE n.kind = 'reminder' AND n.status = 'pending' AND (a.status IN ('pending', 'cancelled')
				OR a.starts != n.new_starts)`},
		{"Every notice that was sent says when.", `SELECT id FROM notices WHERE (status = 'sent') != (sent_at != '')`},
		{"Every link notice that was sent says when.",
			`SELECT id FROM link_notices WHERE (status = 'sent') != (sent_at != '')`},
		{"Every alert that was sent says when.", `SELECT id FROM alerts WHERE (status = 'sent') != (sent_at != '')`},
	},
	OpenAPI: openapi,
}
