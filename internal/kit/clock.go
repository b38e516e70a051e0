package kit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Clock tells the time. Tests set their own.
type Clock func() time.Time

const clockKey = "hospital.clock"

// SetClock gives an app another clock than the machine's.
func SetClock(app core.App, c Clock) { app.Store().Set(clockKey, c) }

// Now is the present instant in UTC, by the app's clock, to the millisecond that
// the database stores.
func Now(app core.App) time.Time {
	now := time.Now
	if c, ok := app.Store().Get(clockKey).(Clock); ok {
		now = c
	}
	return now().UTC().Truncate(time.Millisecond)
}

const stored = "2006-01-02 15:04:05.000Z"

// FormatInstant writes an instant as the database holds it, and as filters compare it.
func FormatInstant(t time.Time) string { return t.UTC().Format(stored) }

// ParseInstant reads an instant as the database writes it.
func ParseInstant(text string) (time.Time, error) { return time.Parse(stored, text) }

// Minute is how a time is written for people, in the hospital's zone.
const Minute = "2006-01-02 15:04"
