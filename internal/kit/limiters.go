package kit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiters bound how often each of many clients may do something. They are kept in memory,
// for a bounded number of clients.
type Limiters[K comparable] struct {
	lock sync.Mutex
	most int
	by   map[K]*rate.Limiter
}

// NewLimiters returns limiters for at most that many clients at once.
func NewLimiters[K comparable](most int) *Limiters[K] {
	return &Limiters[K]{most: most, by: map[K]*rate.Limiter{}}
}

// Take counts an event of a client, who may have a burst of them that comes back at a rate. If
// wait is not zero it is one too many, and is not counted; otherwise undo takes it back.
func (l *Limiters[K]) Take(client K, now time.Time, every rate.Limit, burst int) (undo func(), wait time.Duration) {
	l.lock.Lock()
	defer l.lock.Unlock()
	limiter := l.by[client]
	if limiter == nil {
		if len(l.by) >= l.most {
			l.evict(now)
		}
		limiter = rate.NewLimiter(every, burst)
		l.by[client] = limiter
	}
	taken := limiter.ReserveN(now, 1)
	if wait := taken.DelayFrom(now); wait > 0 {
		taken.CancelAt(now)
		return nil, wait
	}
	return func() { taken.CancelAt(now) }, 0
}

// evict drops the clients who have all of their burst again, and others if that is not enough.
func (l *Limiters[K]) evict(now time.Time) {
	for client, limiter := range l.by {
		if limiter.TokensAt(now) >= float64(limiter.Burst()) || len(l.by) >= l.most {
			delete(l.by, client)
		}
	}
}
