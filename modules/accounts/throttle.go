package accounts

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

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
//
// A device that has signed in to the account has a counter of its own, so that others cannot
// keep the owner out. A new password ends the wait: its owner, or the machine, has set it.
type throttle struct {
	lock  sync.Mutex
	tries map[[sha256.Size]byte]tries
}

// tries is the number of wrong passwords for a name.
type tries struct {
	wrong int
	until time.Time // attempts before this are refused
	last  time.Time // of the last wrong password
	owner string    // key of the account's tokens, which changes with the password
}

func throttlePasswords(app core.App) {
	t := &throttle{tries: map[[sha256.Size]byte]tries{}}
	count := func(e *core.RecordAuthWithPasswordRequestEvent) error {
		key, owner, now := keyOf(e.Collection.Name, e.Identity), "", kit.Now(e.App)
		if e.Record != nil {
			owner = e.Record.TokenKey()
		}
		wait := t.start(key, owner, now)
		if wait > 0 && knownDevice(e) {
			key = keyOf(e.Collection.Name, e.Identity+"\x00"+deviceOf(e.RequestEvent))
			wait = t.start(key, owner, now)
		}
		if wait > 0 {
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
}

// knownDevice reports whether an account has signed in from the device of a request. PocketBase
// remembers the last five devices of an account until its password changes. They are told
// apart by address and browser, which every client sends: it needs no cookie, and nothing
// that others can send from elsewhere helps them. For a name without an account the lookup
// is the same.
func knownDevice(e *core.RecordAuthWithPasswordRequestEvent) bool {
	account := cmp.Or(e.Record, core.NewRecord(e.Collection))
	_, err := e.App.FindAuthOriginByRecordAndFingerprint(account, deviceOf(e.RequestEvent))
	return err == nil
}

// deviceOf returns PocketBase's fingerprint of the device of a request.
func deviceOf(e *core.RequestEvent) string {
	browser := e.Request.UserAgent()
	if len(browser) > 200 {
		browser = browser[:200] + "..."
	}
	return security.MD5(e.RealIP() + browser)
}

// keyOf returns the key of a name. Names are hashed because people mistype passwords there.
func keyOf(collection, identity string) [sha256.Size]byte {
	return sha256.Sum256([]byte(collection + "\x00" + strings.ToLower(strings.TrimSpace(identity))))
}

// start counts an attempt as wrong before the password is checked, and reset undoes that.
// Thus concurrent attempts count like consecutive ones. If wait is not zero the attempt is
// refused.
func (t *throttle) start(key [sha256.Size]byte, owner string, now time.Time) (wait time.Duration) {
	t.lock.Lock()
	defer t.lock.Unlock()
	known := t.tries[key]
	// Without an owner the name only looks like that of an account, such as one with a space.
	newPassword := owner != "" && known.owner != "" && known.owner != owner
	if now.Sub(known.last) > expireAt || newPassword {
		known = tries{}
	}
	known.owner = cmp.Or(owner, known.owner)
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
