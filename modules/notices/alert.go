package notices

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// AlertKind is what an admin is told.
type AlertKind string

// The kinds.
const (
	Emergency    AlertKind = "emergency"    // somebody opened a record in an emergency
	Registration AlertKind = "registration" // a doctor waits for activation, or a registration for a mail server
	MailsFail    AlertKind = "mails_fail"   // mails wait for long, or many were refused
)

// Alert is a record of alerts: it tells an admin what needs attention.
type Alert struct{ *core.Record }

func (a Alert) kind() AlertKind    { return AlertKind(a.GetString("kind")) }
func (a Alert) user() string       { return a.GetString("user") }
func (a Alert) breakGlass() string { return a.GetString("break_glass") }

// fill makes it an alert for an admin. Only an alert of an emergency has the id of the access.
func (a Alert) fill(kind AlertKind, admin, breakGlass string, now time.Time) {
	a.Set("kind", string(kind))
	a.Set("user", admin)
	a.Set("break_glass", breakGlass)
	delivery.SetPending(a.Record, now)
}
