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
// after freeTries wrong passwords each further one doubles the wait. Names without an
// account are treated alike, so that the answer does not reveal whether they exist.
type throttle struct {
	lock  sync.Mutex
	tries map[[sha256.Size]byte]tries
}

// tries is the number of wrong passwords for a name.
type tries struct {
	wrong int
	until time.Time // attempts before this are refused
	last  time.Time // of the last wrong password
}

func throttlePasswords(app core.App) {
	t := &throttle{tries: map[[sha256.Size]byte]tries{}}
	count := func(e *core.RecordAuthWithPasswordRequestEvent) error {
		key, now := keyOf(e.Collection.Name, e.Identity), kit.Now(e.App)
		if wait := t.start(key, now); wait > 0 {
			e.App.Logger().Warn("sign-in is slowed down after wrong passwords", "collection", e.Collection.Name, "ip",
				e.RealIP())
			return kit.TooManyRequests(e.RequestEvent, "identity", "too_many_tries",
				"Too many wrong passwords. Wait a little, or set a new password by mail.", wait)
		}
		err := e.Next()
		if err == nil || errors.Is(err, apis.ErrMFA) { // ErrMFA: the password is right and a code must follow
			t.reset(key)
		}
		return err
	}
	app.OnRecordAuthWithPasswordRequest().Bind(&hook.Handler[*core.RecordAuthWithPasswordRequestEvent]{
		Id: "hospitalThrottle", Priority: kit.OrderThrottle, Func: count})
	app.OnRecordConfirmPasswordResetRequest().BindFunc(func(e *core.RecordConfirmPasswordResetRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		t.reset(keyOf(e.Collection.Name, e.Record.Email())) // only the owner can read the mail with the link
		return nil
	})
}

// keyOf returns the key of a name. Names are hashed because people mistype passwords there.
func keyOf(collection, identity string) [sha256.Size]byte {
	return sha256.Sum256([]byte(collection + "\x00" + strings.ToLower(strings.TrimSpace(identity))))
}

// start counts an attempt as wrong before the password is checked, and reset undoes that.
// Thus concurrent attempts count like consecutive ones. If wait is not zero the attempt is
// refused.
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

// evict drops names that no longer have to wait, and others if that is not enough.
func (t *throttle) evict(now time.Time) {
	for key, known := range t.tries {
		if !known.until.After(now) || len(t.tries) >= maxEntries {
			delete(t.tries, key)
		}
	}
}
