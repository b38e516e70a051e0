package kit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Clock returns the current time. Tests set their own.
type Clock func() time.Time

const clockKey = "hospital.clock"

// SetClock replaces the clock of an app, which is the machine's by default.
func SetClock(app core.App, c Clock) { app.Store().Set(clockKey, c) }

// Now returns the current time of the app's clock in UTC, in whole milliseconds as the
// database stores them.
func Now(app core.App) time.Time {
	now := time.Now
	if c, ok := app.Store().Get(clockKey).(Clock); ok {
		now = c
	}
	return now().UTC().Truncate(time.Millisecond)
}

// SetCreated sets when a new record was created by the app's clock. Without it that is the machine's.
func SetCreated(app core.App, r *core.Record) {
	now, _ := types.ParseDateTime(Now(app)) // of a time it does not fail
	r.SetRaw("created", now)
}

const stored = "2006-01-02 15:04:05.000Z"

// FormatInstant formats an instant as the database stores it and as filters compare it.
func FormatInstant(t time.Time) string { return t.UTC().Format(stored) }

// ParseInstant parses an instant as the database stores it.
func ParseInstant(text string) (time.Time, error) { return time.Parse(stored, text) }

// Minute is the layout of times that people read. They are in the hospital's time zone.
const Minute = "2006-01-02 15:04"
