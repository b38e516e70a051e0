package audit

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

const (
	maxAttempts = 60    // entries a minute for refusals of one network of guests, or of one patient's account
	maxOfAll    = 600   // entries a minute for refusals of all of them
	maxClients  = 1_000 // networks and accounts that are counted apart; the others are counted together
)

// attempts bounds what guests and patients, who can be anybody, make the log keep for ever:
// beyond the first refusals of a minute only their number is logged. Requests that a limit
// refused (429) are always added up, those of staff too.
type attempts struct {
	lock    sync.Mutex
	minute  time.Time
	clients map[string]*tally
	written int
	sums    []Entry // of past minutes
}

// tally is what one network or account was refused in a minute.
type tally struct {
	actor   kit.Actor
	written int // entries of their own
	more    int // further refusals
	limited int // refused with 429
}

const attemptsKey = "hospital.audit.attempts"

// SetAttempts replaces the entries a minute for refusals of one network or account. 0 is no
// limit. Tests use it.
func SetAttempts(app core.App, perMinute int) { app.Store().Set(attemptsKey, perMinute) }

// attempt logs a refusal, or counts it.
func (b *buffer) attempt(e Entry, status int) {
	if b.attempts.admit(b.app, e.Actor, status) {
		b.enqueue(e)
	}
}

// admit says that a refusal gets an entry of its own; otherwise it is counted.
func (a *attempts) admit(app core.App, actor kit.Actor, status int) bool {
	if status != http.StatusTooManyRequests && actor.Role != kit.Guest && actor.Role != role.Patient {
		return true
	}
	most := maxAttempts
	if set, ok := app.Store().Get(attemptsKey).(int); ok {
		most = set
	}
	a.lock.Lock()
	defer a.lock.Unlock()
	a.roll(kit.Now(app).Truncate(time.Minute))
	t := a.tallyOf(actor)
	switch {
	case status == http.StatusTooManyRequests:
		t.limited++
		return false
	case most > 0 && (t.written >= most || a.written >= maxOfAll):
		t.more++
		return false
	}
	t.written++
	a.written++
	return true
}

// tallyOf finds the tally of an account, or of the network of a guest.
func (a *attempts) tallyOf(actor kit.Actor) *tally {
	client := actor.ID
	if client == "" {
		actor.IP = kit.NetworkOf(actor.IP)
		client = actor.IP
	}
	if a.clients[client] == nil && len(a.clients) >= maxClients {
		client, actor = "", kit.Actor{Role: kit.Guest}
	}
	if a.clients[client] == nil {
		a.clients[client] = &tally{actor: actor}
	}
	return a.clients[client]
}

// roll adds up the minute that has ended.
func (a *attempts) roll(minute time.Time) {
	if minute.Equal(a.minute) {
		return
	}
	sum := func(actor kit.Actor, action string, requests int) {
		if requests > 0 {
			a.sums = append(a.sums, Entry{
				Actor: actor, Action: action, Outcome: Refused, at: a.minute,
				Changes: map[string][2]string{"requests": {"", strconv.Itoa(requests)}},
			})
		}
	}
	for _, t := range a.clients {
		sum(t.actor, "too many requests", t.limited)
		sum(t.actor, "more requests", t.more)
	}
	a.minute, a.clients, a.written = minute, map[string]*tally{}, 0
}

// take returns the sums that are not logged yet: those of past minutes, or all.
func (a *attempts) take(now time.Time, all bool) []Entry {
	a.lock.Lock()
	defer a.lock.Unlock()
	minute := now.Truncate(time.Minute)
	if all {
		minute = time.Time{} // the running minute ends here
	}
	a.roll(minute)
	sums := a.sums
	a.sums = nil
	return sums
}
