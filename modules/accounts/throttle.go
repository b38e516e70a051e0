package accounts

import (
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

const (
	freeTries   = 5
	longestWait = 15 * time.Minute
	forgotten   = 24 * time.Hour // after the last wrong password
	mostNames   = 20_000         // that are remembered at once
)

// throttle slows down whoever tries passwords on one account, from however many
// places: after a few wrong ones each further one has to wait twice as long. It
// treats names that are nobody's in the same way, so that it tells nothing.
type throttle struct {
	lock  sync.Mutex
	tries map[[sha256.Size]byte]tries
}

// tries is what is remembered of a name.
type tries struct {
	wrong int
	until time.Time // when the next try may come
	last  time.Time
}

func slowDown(app core.App) {
	t := &throttle{tries: map[[sha256.Size]byte]tries{}}
	app.OnRecordAuthWithPasswordRequest().Bind(&hook.Handler[*core.RecordAuthWithPasswordRequestEvent]{Id: "hospitalThrottle", Priority: -50, Func: func(e *core.RecordAuthWithPasswordRequestEvent) error {
		name, now := nameOf(e.Collection.Name, e.Identity), kit.Now(e.App)
		if wait := t.enter(name, now); wait > 0 {
			e.App.Logger().Warn("sign-in is slowed down after wrong passwords", "collection", e.Collection.Name, "ip", e.RealIP())
			return kit.TooManyRequests(e.RequestEvent, "identity", "too_many_tries", "Too many wrong passwords. Wait a little, or set a new password by mail.", wait)
		}
		err := e.Next()
		if err == nil || errors.Is(err, apis.ErrMFA) { // the password was right, also where a code has to follow
			t.forget(name)
		}
		return err
	}})
	app.OnRecordConfirmPasswordResetRequest().BindFunc(func(e *core.RecordConfirmPasswordResetRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		t.forget(nameOf(e.Collection.Name, e.Record.Email())) // who reads the account's mail is its owner
		return nil
	})
}

func nameOf(collection, identity string) [sha256.Size]byte {
	return sha256.Sum256([]byte(collection + "\x00" + strings.ToLower(strings.TrimSpace(identity))))
}

// enter counts a try as a wrong one until it turns out otherwise, so that many at
// once are no more than one after the other; or says how long to wait.
func (t *throttle) enter(name [sha256.Size]byte, now time.Time) (wait time.Duration) {
	t.lock.Lock()
	defer t.lock.Unlock()
	known := t.tries[name]
	if now.Sub(known.last) > forgotten {
		known = tries{}
	}
	if known.until.After(now) {
		return known.until.Sub(now)
	}
	known.wrong, known.last = known.wrong+1, now
	if over := known.wrong - freeTries; over >= 0 {
		known.until = now.Add(min(time.Second<<min(over, 20), longestWait))
	}
	if len(t.tries) >= mostNames {
		t.tidy(now)
	}
	t.tries[name] = known
	return 0
}

func (t *throttle) forget(name [sha256.Size]byte) {
	t.lock.Lock()
	defer t.lock.Unlock()
	delete(t.tries, name)
}

// tidy forgets who does not have to wait any more; when all have to, whoever comes.
func (t *throttle) tidy(now time.Time) {
	for name, known := range t.tries {
		if !known.until.After(now) || len(t.tries) >= mostNames {
			delete(t.tries, name)
		}
	}
}
