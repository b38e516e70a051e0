package patients

import (
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/time/rate"
)

// An account may enter freeTries wrong codes, and one more every retryAfter.
const (
	freeTries   = 5
	retryAfter  = 5 * time.Minute
	maxAccounts = 10_000 // in memory at once
)

// attempts counts the wrong codes of each account.
type attempts struct {
	lock sync.Mutex
	by   map[string]*rate.Limiter
}

func attemptsOf(app core.App) *attempts {
	return app.Store().GetOrSet("patients.attempts", func() any {
		return &attempts{by: map[string]*rate.Limiter{}}
	}).(*attempts)
}

// start counts an attempt as wrong before the code is looked up; right undoes that. Thus concurrent
// attempts count like consecutive ones. If wait is not zero the attempt is refused.
func (a *attempts) start(account string, now time.Time) (right func(), wait time.Duration) {
	a.lock.Lock()
	defer a.lock.Unlock()
	limiter := a.by[account]
	if limiter == nil {
		if len(a.by) >= maxAccounts {
			a.evict(now)
		}
		limiter = rate.NewLimiter(rate.Every(retryAfter), freeTries)
		a.by[account] = limiter
	}
	try := limiter.ReserveN(now, 1)
	if wait := try.DelayFrom(now); wait > 0 {
		try.CancelAt(now)
		return nil, wait
	}
	return func() { try.CancelAt(now) }, 0
}

// evict drops the accounts whose wrong codes were long ago, and others if that is not enough.
func (a *attempts) evict(now time.Time) {
	for account, limiter := range a.by {
		if limiter.TokensAt(now) >= freeTries || len(a.by) >= maxAccounts {
			delete(a.by, account)
		}
	}
}
