package accounts

import (
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
)

const (
	useStep      = time.Minute     // the last use of a session is this coarse in memory
	storeStep    = 5 * time.Minute // and this coarse in the database
	storeEvery   = 5 * time.Second // new sessions are stored this late
	idleTime     = time.Hour       // a session that is not used is kept in the database only
	maxAddress   = 60
	maxUserAgent = 120
)

// sessions knows the sessions that were used lately, and all that were ended. No request
// waits for a statement because of it: sessions are stored in the background.
//
// A crash loses what was not stored yet. Such a session is in the list again with its next
// request, because its token has all of it. That a session was ended is stored at once.
type sessions struct {
	lock  sync.Mutex
	used  map[string]*session
	ended map[string]time.Time // by id: when its tokens expire
}

// session is a sign-in of an account, from one device.
type session struct {
	id, user, key, address, agent string
	started, lastUsed, expires    time.Time

	storedUse, storedEnd time.Time // as in the database; zero: not stored
}

func (s *session) changed() bool {
	return s.lastUsed.Sub(s.storedUse) >= storeStep || s.expires.After(s.storedEnd)
}

func manageSessions(app core.App) {
	s := &sessions{used: map[string]*session{}, ended: map[string]time.Time{}}
	app.Store().Set(sessionsKey, s)
	startSessions(app, s)
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalSessions", Func: func(se *core.ServeEvent) error {
		if err := s.load(se.App); err != nil {
			return err
		}
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "hospitalSessions", Priority: kit.OrderToken, Func: s.check,
		})
		return se.Next()
	}})
	app.OnRealtimeSubscribeRequest().BindFunc(s.subscribe)
	s.storeInBackground(app)
}

const sessionsKey = "hospital.sessions"

func sessionsIn(app core.App) *sessions {
	s, _ := app.Store().Get(sessionsKey).(*sessions)
	return s
}

// check makes a caller whose session was ended a guest, as PocketBase does with tokens that
// have expired.
func (s *sessions) check(e *core.RequestEvent) error {
	if strings.HasPrefix(e.Request.Pattern, "GET /api/files/") {
		token := e.Request.URL.Query().Get("token")
		claims, _ := security.ParseUnverifiedJWT(token)
		if s.isEnded(sessionOf(claims, token)) {
			return e.NotFoundError("", nil)
		}
	}
	if e.Auth == nil || e.Auth.Collection().Name != "users" {
		return e.Next()
	}
	token := kit.Token(e.Request)
	claims, _ := security.ParseUnverifiedJWT(token)
	id := sessionOf(claims, token)
	if s.isEnded(id) {
		e.Auth = nil
		return e.Next()
	}
	e.Set(sessionKey, id)
	s.use(e, e.Auth, claims, token)
	return e.Next()
}

func (s *sessions) isEnded(id string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, ended := s.ended[id]
	return ended
}

// use records that a session is used, or has another token.
func (s *sessions) use(e *core.RequestEvent, user *core.Record, claims jwt.MapClaims, token string) {
	id, now, expires := sessionOf(claims, token), kit.Now(e.App), timeOf(claims, claimEnd)
	s.lock.Lock()
	defer s.lock.Unlock()
	known := s.used[id]
	if known != nil && now.Sub(known.lastUsed) < useStep && !expires.After(known.expires) {
		return
	}
	if known == nil {
		known = &session{
			id: id, user: user.Id, address: kit.Truncate(kit.Caller(e).IP, maxAddress),
			agent: kit.Truncate(e.Request.UserAgent(), maxUserAgent), started: timeOf(claims, claimSince),
		}
		if known.started.IsZero() {
			known.started = now
		}
		s.used[id] = known
	}
	known.key, known.lastUsed = keyHash(user), now
	if expires.After(known.expires) {
		known.expires = expires
	}
}

// keep continues a session with a new key.
func (s *sessions) keep(id string, user *core.Record) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if known := s.used[id]; known != nil {
		known.key, known.storedUse = keyHash(user), time.Time{}
	}
}

// end ends a session in memory, when that is stored, and its streams.
func (s *sessions) end(app core.App, id string, expires time.Time) {
	s.lock.Lock()
	s.ended[id] = expires
	delete(s.used, id)
	s.lock.Unlock()
	for _, client := range app.SubscriptionsBroker().Clients() {
		if client.Get(sessionKey) == id {
			client.Discard()
			app.SubscriptionsBroker().Unregister(client.Id())
		}
	}
}

// subscribe marks a stream with its session, with which it ends.
func (s *sessions) subscribe(e *core.RealtimeSubscribeRequestEvent) error {
	id := currentSession(e.RequestEvent)
	e.Client.Set(sessionKey, id)
	if id != "" && s.isEnded(id) { // meanwhile
		e.Client.Discard()
		e.App.SubscriptionsBroker().Unregister(e.Client.Id())
		return e.UnauthorizedError("Sign in again.", nil)
	}
	return e.Next()
}

// keyHash identifies the key that signs the tokens of an account. With another key all
// sessions of the account have ended.
func keyHash(user *core.Record) string { return security.SHA256(user.TokenKey())[:16] }
