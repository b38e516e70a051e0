package notices

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Alert is a record of alerts: it tells an admin about an emergency access.
type Alert struct{ *core.Record }

func (a Alert) user() string       { return a.GetString("user") }
func (a Alert) breakGlass() string { return a.GetString("break_glass") }

// fill makes it an alert for an admin.
func (a Alert) fill(admin, breakGlass string, now time.Time) {
	a.Set("user", admin)
	a.Set("break_glass", breakGlass)
	delivery.SetPending(a.Record, now)
}
