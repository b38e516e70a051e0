// Package notices tells patients and doctors what happens to their visits, reminds patients of them, and tells of
// another account of a patient's record and of emergency access. A notice is stored in the transaction of its cause,
// and sent after it, or when it is due.
package notices

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the notices.
var Module = kit.Module{
	Name:        "notices",
	Collections: []kit.Collection{notices, alerts, linkNotices},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks: func(app core.App) {
		outbox.Register(app,
			outbox.Queue{Collection: "alerts", Columns: delivery, Compose: composeAlert},
			outbox.Queue{Collection: "notices", Columns: delivery, Claim: claimNotice,
				WithoutMail: "channel = 'portal'", Compose: composeNotice},
			outbox.Queue{Collection: "link_notices", Columns: delivery, Compose: composeLink})
	},
	Invariants: []kit.Invariant{
		{"No notice is newer than the appointment it tells of.",
			`SELECT n.id FROM notices n JOIN appointments a ON a.id = n.appointment WHERE n.appointment_version > a.version`},
		{"Every notice that was sent says when.", `SELECT id FROM notices WHERE (status = 'sent') != (sent_at != '')`},
		{"Every link notice that was sent says when.",
			`SELECT id FROM link_notices WHERE (status = 'sent') != (sent_at != '')`},
		{"Every alert that was sent says when.", `SELECT id FROM alerts WHERE (status = 'sent') != (sent_at != '')`},
	},
	OpenAPI: openapi,
}
