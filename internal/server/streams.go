package server

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"hospital/internal/kit"
)

// Limits of realtime streams. docs/operating.md has them too.
const (
	maxAccountStreams = 8
	maxGuestStreams   = 4   // of one address, that follow public records
	maxPendingStreams = 600 // of all addresses: a hospital of 500 people reconnects at once
	pendingTime       = 20 * time.Second
	retryStream       = time.Second
	messageTime       = 30 * time.Second // to send one message to a client that reads slowly
)

// streams are the open realtime streams. EventSource sends no token, so each begins as
// pending and is identified by its first subscription.
type streams struct {
	lock sync.Mutex
	open map[string]*stream // by client id
}

type stream struct {
	client  subscriptions.Client
	network string // that it came from
	opened  time.Time
	guest   bool   // follows public records without an account
	account string // that it signed in with
	key     string // of the account's tokens, which changes when they end
	timer   *time.Timer
}

func (s *stream) pending() bool { return !s.guest && s.account == "" }

const pendingKey = "hospital.pendingStreams"

// SetPendingTime sets how long a stream may stay without an account and topics. Tests shorten it.
func SetPendingTime(app core.App, d time.Duration) { app.Store().Set(pendingKey, d) }

// limitStreams binds the limits of realtime streams.
func limitStreams(app core.App) {
	t := &streams{open: map[string]*stream{}}
	const id = "hospitalStreamLimits"
	app.OnRealtimeConnectRequest().Bind(&hook.Handler[*core.RealtimeConnectRequestEvent]{Id: id,
		Func: func(e *core.RealtimeConnectRequestEvent) error {
			s := &stream{client: e.Client, network: kit.ClientNetwork(e.RequestEvent), opened: time.Now()}
			t.add(e.App, s)
			defer t.remove(s)
			return e.Next()
		}})
	app.OnRealtimeSubscribeRequest().Bind(&hook.Handler[*core.RealtimeSubscribeRequestEvent]{
		Id: id, Priority: kit.OrderStreams, Func: func(e *core.RealtimeSubscribeRequestEvent) error {
			if err := checkTopics(e); err != nil {
				return err
			}
			if err := t.identify(e); err != nil {
				return err
			}
			return e.Next()
		}})
	app.OnRealtimeMessageSend().Bind(&hook.Handler[*core.RealtimeMessageEvent]{Id: id, Func: sendInTime})
	app.OnRecordAfterUpdateSuccess().Bind(&hook.Handler[*core.RecordEvent]{Id: id, Func: t.closeSignedOut})
	app.OnRecordAfterDeleteSuccess().Bind(&hook.Handler[*core.RecordEvent]{Id: id, Func: t.closeSignedOut})
}

// add opens a stream. If too many are pending, the oldest one of the address with the
// most is closed: its client connects again, and others are not kept out.
func (t *streams) add(app core.App, s *stream) {
	wait := pendingTime
	if d, ok := app.Store().Get(pendingKey).(time.Duration); ok {
		wait = d
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	if victim := t.excess(); victim != nil {
		delete(t.open, victim.client.Id())
		closeStream(app, victim)
	}
	t.open[s.client.Id()] = s
	t.closeAfter(app, s, wait)
}

// excess is the pending stream that makes room for another; nil if there is room.
func (t *streams) excess() (victim *stream) {
	total, of := 0, map[string]int{}
	for _, s := range t.open {
		if s.pending() {
			total++
			of[s.network]++
		}
	}
	if total < maxPendingStreams {
		return nil
	}
	for _, s := range t.open {
		if !s.pending() {
			continue
		}
		if victim == nil || of[s.network] > of[victim.network] ||
			of[s.network] == of[victim.network] && s.opened.Before(victim.opened) {
			victim = s
		}
	}
	return victim
}

func (t *streams) remove(s *stream) {
	t.lock.Lock()
	defer t.lock.Unlock()
	delete(t.open, s.client.Id())
	if s.timer != nil {
		s.timer.Stop()
	}
}

// identify counts a stream for the account that subscribes, or for the address of a
// guest who follows public records. It stays pending with a guest's other topics, which
// have no events.
func (t *streams) identify(e *core.RealtimeSubscribeRequestEvent) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	s := t.open[e.Client.Id()]
	switch {
	case s == nil: // closed meanwhile, or registered by the program itself
		return nil
	case e.Auth != nil:
		return t.identifyAccount(e, s)
	case !s.pending() || !hasPublicTopic(e):
		return nil
	}
	if t.count(func(o *stream) bool { return o.guest && o.network == s.network }) >= maxGuestStreams {
		return tooManyStreams(e, "Sign in, or close another stream. Without an account, an address has at most %d.",
			maxGuestStreams)
	}
	s.guest = true
	s.timer.Stop()
	return nil
}

func (t *streams) identifyAccount(e *core.RealtimeSubscribeRequestEvent, s *stream) error {
	account := accountOf(e.Auth)
	others := t.count(func(o *stream) bool { return o != s && o.account == account })
	if others >= maxAccountStreams && !e.Auth.IsSuperuser() {
		return tooManyStreams(e, "Close another window. An account has at most %d streams.", maxAccountStreams)
	}
	s.account, s.key, s.guest = account, e.Auth.TokenKey(), false
	t.closeAfter(e.App, s, time.Until(tokenEnd(e.Request)))
	return nil
}

func (t *streams) count(which func(*stream) bool) (n int) {
	for _, s := range t.open {
		if which(s) {
			n++
		}
	}
	return n
}

func tooManyStreams(e *core.RealtimeSubscribeRequestEvent, sentence string, most int) error {
	return kit.TooManyRequests(e.RequestEvent, "clientId", "too_many_streams", fmt.Sprintf(sentence, most), retryStream)
}

func accountOf(auth *core.Record) string { return auth.Collection().Id + "/" + auth.Id }

// tokenEnd is when the token of a request expires. PocketBase has checked the token.
func tokenEnd(r *http.Request) time.Time {
	claims, _ := security.ParseUnverifiedJWT(kit.Token(r))
	end, err := claims.GetExpirationTime()
	if err != nil || end == nil {
		return time.Time{}
	}
	return end.Time
}

// closeAfter replaces the timer of a stream. The lock is held.
func (t *streams) closeAfter(app core.App, s *stream, d time.Duration) {
	if s.timer != nil {
		s.timer.Stop()
	}
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		t.lock.Lock()
		defer t.lock.Unlock()
		if s.timer == timer && (s.account != "" || s.pending()) {
			closeStream(app, s)
		}
	})
	s.timer = timer
}

// closeSignedOut closes the streams of an account whose tokens have ended.
func (t *streams) closeSignedOut(e *core.RecordEvent) error {
	if e.Record.Collection().IsAuth() {
		account, key := accountOf(e.Record), e.Record.TokenKey()
		if e.Type == core.ModelEventTypeDelete {
			key = ""
		}
		t.lock.Lock()
		for _, s := range t.open {
			if s.account == account && s.key != key {
				closeStream(e.App, s)
			}
		}
		t.lock.Unlock()
	}
	return e.Next()
}

// closeStream ends a stream, also one that PocketBase has not registered yet.
func closeStream(app core.App, s *stream) {
	s.client.Discard()
	app.SubscriptionsBroker().Unregister(s.client.Id())
}

// sendInTime ends a stream whose client does not read, because its messages wait in memory.
func sendInTime(e *core.RealtimeMessageEvent) error {
	connection := http.NewResponseController(e.Response)
	_ = connection.SetWriteDeadline(time.Now().Add(messageTime)) // not supported by every test's response
	err := onSmallStack(e.Next)
	_ = connection.SetWriteDeadline(time.Time{})
	return err
}

// onSmallStack calls a function in another goroutine. A stream waits deep below the middlewares, and
// its stack never shrinks: if it also wrote messages, it would stay at 32 KB instead of 16.
func onSmallStack(do func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("send a realtime message: %v", p)
			}
		}()
		done <- do()
	}()
	return <-done
}
