package patients

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/time/rate"

	"hospital/internal/kit"
)

// An account may enter freeTries wrong codes, and one more every retryAfter.
const (
	freeTries   = 5
	retryAfter  = 5 * time.Minute
	maxAccounts = 10_000 // in memory at once
)

// startAttempt counts a code of an account as wrong before it is looked up; right undoes that. Thus
// concurrent attempts count like consecutive ones. If wait is not zero the attempt is refused.
func startAttempt(app core.App, account string) (right func(), wait time.Duration) {
	wrong := app.Store().GetOrSet("patients.attempts", func() any {
		return kit.NewLimiters[string](maxAccounts)
	}).(*kit.Limiters[string])
	return wrong.Take(account, kit.Now(app), rate.Every(retryAfter), freeTries)
}
