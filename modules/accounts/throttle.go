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
	freeTries  = 5
	maxWait    = 15 * time.Minute
	expireAt   = 24 * time.Hour // after the last wrong password
	maxEntries = 20_000         // in memory at once
)

// throttle slows down password guessing on one account, from any number of addresses:
// after a few wrong passwords each further attempt has to wait twice as long. Names that
// have no account are treated in the same way, so that the answer does not tell.
type throttle struct {
	lock  sync.Mutex
	tries map[[sha256.Size]byte]tries
}

// tries is what is remembered of a name.
type tries struct {
	wrong int
	until time.Time // when the next attempt may come
	last  time.Time
}

func throttlePasswords(app core.App) {
	t := &throttle{tries: map[[sha256.Size]byte]tries{}}
	app.OnRecordAuthWithPasswordRequest().Bind(&hook.Handler[*core.RecordAuthWithPasswordRequestEvent]{Id: "hospitalThrottle", Priority: -50, Func: func(e *core.RecordAuthWithPasswordRequestEvent) error {
		key, now := keyOf(e.Collection.Name, e.Identity), kit.Now(e.App)
		if wait := t.start(key, now); wait > 0 {
			e.App.Logger().Warn("sign-in is slowed down after wrong passwords", "collection", e.Collection.Name, "ip", e.RealIP())
			return kit.TooManyRequests(e.RequestEvent, "identity", "too_many_tries", "Too many wrong passwords. Wait a little, or set a new password by mail.", wait)
		}
		err := e.Next()
		if err == nil || errors.Is(err, apis.ErrMFA) { // the password was right; a code may have to follow
			t.reset(key)
		}
		return err
	}})
	app.OnRecordConfirmPasswordResetRequest().BindFunc(func(e *core.RecordConfirmPasswordResetRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		t.reset(keyOf(e.Collection.Name, e.Record.Email())) // whoever reads the account's mail is its owner
		return nil
	})
}

// keyOf is a name as it is remembered. Names are hashed because people type passwords there.
func keyOf(collection, identity string) [sha256.Size]byte {
	return sha256.Sum256([]byte(collection + "\x00" + strings.ToLower(strings.TrimSpace(identity))))
}

// start counts an attempt as wrong until it is reset, so that concurrent attempts count
// like consecutive ones; or says how long to wait.
func (t *throttle) start(key [sha256.Size]byte, now time.Time) (wait time.Duration) {
	t.lock.Lock()
	defer t.lock.Unlock()
	known := t.tries[key]
	if now.Sub(known.last) > expireAt {
		known = tries{}
	}
	if known.until.After(now) {
		return known.until.Sub(now)
	}
	known.wrong, known.last = known.wrong+1, now
	if over := known.wrong - freeTries; over >= 0 {
		known.until = now.Add(min(time.Second<<min(over, 20), maxWait))
	}
	if len(t.tries) >= maxEntries {
		t.evict(now)
	}
	t.tries[key] = known
	return 0
}

func (t *throttle) reset(key [sha256.Size]byte) {
	t.lock.Lock()
	defer t.lock.Unlock()
	delete(t.tries, key)
}

// evict drops names that do not have to wait any more; when all have to, any.
func (t *throttle) evict(now time.Time) {
	for key, known := range t.tries {
		if !known.until.After(now) || len(t.tries) >= maxEntries {
			delete(t.tries, key)
		}
	}
}
