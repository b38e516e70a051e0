package accounts

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"

	"hospital/internal/kit"
)

// signIns are the sessions. They are read and ended with routes.
var signIns = kit.Collection{
	Name: "sessions",
	Description: "A sign-in on one device. It is deleted when its tokens have expired. Stored a few seconds after " +
		"the sign-in.",
	Fields: kit.Fields{
		kit.Relation("user", "users").Required().Presentable().Help("Account that signed in."),
		kit.Instant("started").Required().Presentable().Help("When it signed in."),
		kit.Instant("last_used").Required().Help("When a request was last made, give or take five minutes."),
		kit.Instant("expires").Required().Help("When its last token expires."),
		kit.Instant("ended_at").Help("When it was ended. Empty for a session that was not."),
		kit.Text("address", maxAddress).Help("IP address of the sign-in."),
		kit.Text("agent", maxUserAgent).Help("Browser or program that signed in, shortened."),
		kit.Text("token_hash", 16).Help("Identifies the key that signs its tokens. With another one it has ended."),
	},
	Indexes:  []kit.Index{{Columns: "user, expires"}, {Columns: "expires"}},
	Policy:   kit.Policy{},
	Expiring: true,
}

// Session is a record of sessions: a sign-in on one device.
type Session struct{ *core.Record }

func (s Session) started() time.Time  { return s.GetDateTime("started").Time() }
func (s Session) lastUsed() time.Time { return s.GetDateTime("last_used").Time() }
func (s Session) address() string     { return s.GetString("address") }
func (s Session) agent() string       { return s.GetString("agent") }

func (s Session) setEnded(at time.Time) { s.Set("ended_at", at) }

// openSessions returns the query of the sessions of an account that have not ended.
func openSessions(app core.App, user *core.Record) *dbx.SelectQuery {
	return app.RecordQuery("sessions").
		AndWhere(dbx.HashExp{"user": user.Id, "ended_at": "", tokenHash: keyHash(user)}).
		AndWhere(dbx.NewExp("expires > {:now}", dbx.Params{"now": kit.FormatInstant(kit.Now(app))}))
}

// countEnded counts the ended sessions of an account whose tokens have not expired.
func countEnded(app core.App, user *core.Record) (int64, error) {
	return app.CountRecords("sessions", dbx.HashExp{"user": user.Id, tokenHash: keyHash(user)},
		dbx.NewExp("expires > {:now} AND ended_at != ''", dbx.Params{"now": kit.FormatInstant(kit.Now(app))}))
}

// load reads the sessions that were ended and whose tokens have not expired.
func (s *sessions) load(app core.App) error {
	var rows []struct{ ID, Expires string }
	err := app.DB().NewQuery("SELECT id, expires FROM sessions WHERE ended_at != '' AND expires > {:now}").
		Bind(dbx.Params{"now": kit.FormatInstant(kit.Now(app))}).All(&rows)
	if err != nil {
		return fmt.Errorf("read the ended sessions: %w", err)
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, r := range rows {
		if s.ended[r.ID], err = kit.ParseInstant(r.Expires); err != nil {
			return fmt.Errorf("read the ended session %s: %w", r.ID, err)
		}
	}
	return nil
}

// storeInBackground stores sessions while the app serves, and when it stops.
func (s *sessions) storeInBackground(app core.App) {
	const id = "hospitalSessionStore"
	store := func() {
		if err := s.store(app); err != nil {
			app.Logger().Error("store sessions; trying again", "error", err)
		}
	}
	stop := make(chan struct{})
	once := sync.OnceFunc(func() { close(stop) })
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: id, Func: func(se *core.ServeEvent) error {
		routine.FireAndForget(func() {
			ticker := time.NewTicker(storeEvery)
			defer ticker.Stop()
			for {
				select {
				case <-stop:
					return
				case <-ticker.C:
					store()
				}
			}
		})
		return se.Next()
	}})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id: id, Priority: kit.OrderFlushReads, Func: func(e *core.TerminateEvent) error {
			once()
			store()
			return e.Next()
		}})
}

// store writes new sessions, and those that were used again. It forgets those that have
// expired or are not in use.
func (s *sessions) store(app core.App) error {
	now := kit.Now(app)
	var changed []session
	s.lock.Lock()
	for id, known := range s.used {
		switch {
		case !known.expires.After(now), !known.changed() && now.Sub(known.lastUsed) > idleTime:
			delete(s.used, id)
		case known.changed():
			changed = append(changed, *known)
		}
	}
	for id, expires := range s.ended {
		if !expires.After(now) {
			delete(s.ended, id)
		}
	}
	s.lock.Unlock()
	for some := range slices.Chunk(changed, 500) {
		if err := upsert(app, some); err != nil {
			return err
		}
		s.lock.Lock()
		for _, stored := range some {
			if known := s.used[stored.id]; known != nil {
				known.storedUse, known.storedEnd = stored.lastUsed, stored.expires
			}
		}
		s.lock.Unlock()
	}
	return nil
}

// upsert writes sessions without record hooks: they are neither validated nor audited, as the
// sign-in is.
func upsert(app core.App, some []session) error {
	params, tuples := dbx.Params{"now": kit.FormatInstant(time.Now())}, make([]string, len(some))
	for i, s := range some {
		values := []string{
			s.id, s.user, kit.FormatInstant(s.started), kit.FormatInstant(s.lastUsed),
			kit.FormatInstant(s.expires), s.address, s.agent, s.key,
		}
		names := make([]string, len(values))
		for j, value := range values {
			name := fmt.Sprintf("p%d_%d", i, j)
			params[name], names[j] = value, "{:"+name+"}"
		}
		tuples[i] = "(" + strings.Join(names, ", ") + ", '', {:now}, {:now})"
	}
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO sessions (id, user, started, last_used, expires, address, agent,
		token_hash, ended_at, created, updated) VALUES ` + strings.Join(tuples, ", ") + ` ON CONFLICT (id) DO UPDATE SET
		last_used = excluded.last_used, expires = MAX(expires, excluded.expires), token_hash = excluded.token_hash,
		updated = excluded.updated`).Bind(params).Execute()
	return err
}

// deleteOldSessions deletes the sessions whose tokens have expired.
func deleteOldSessions(app core.App) error {
	_, err := app.NonconcurrentDB().Delete("sessions", kit.Expired(app)).Execute()
	return err
}
