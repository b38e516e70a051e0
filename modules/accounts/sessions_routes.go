package accounts

import (
	"database/sql"
	"errors"
	"net/http"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/internal/role"
)

const (
	maxListed = 100
	maxEnded  = 100 // of one account that are remembered; more are ended all at once
)

// listSessions answers the sessions of the caller, or to an admin those of an account.
func listSessions(r *kit.Request) error {
	user, err := accountOf(r, r.Request.URL.Query().Get("user"))
	if err != nil {
		return err
	}
	if err := sessionsIn(r.App).store(r.App); err != nil {
		return err
	}
	var open []*core.Record
	if err := openSessions(r.App, user).OrderBy("last_used DESC").Limit(maxListed).All(&open); err != nil {
		return err
	}
	items := make([]map[string]any, len(open))
	for i, record := range open {
		s := Session{record}
		items[i] = map[string]any{
			"id": s.Id, "started": kit.FormatInstant(s.started()), "last_used": kit.FormatInstant(s.lastUsed()),
			"expires": kit.FormatInstant(expires(record)), "address": s.address(), "agent": s.agent(),
			"current": s.Id == currentSession(r.RequestEvent),
		}
	}
	return r.JSON(http.StatusOK, map[string]any{"sessions": items})
}

// accountOf returns the account that a request is about. Only admins name another.
func accountOf(r *kit.Request, id string) (*core.Record, error) {
	switch {
	case id == "" && r.Caller.ID == "":
		return nil, kit.Invalid("user", "validation_required", "Say whose sessions: a superuser has none here.")
	case id == "" || id == r.Caller.ID:
		return r.Auth, nil
	case r.Caller.Role != role.Admin:
		return nil, kit.Forbidden("user", "not_allowed", "Only admins see and end the sessions of others.")
	}
	user, err := r.App.FindRecordById("users", id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, r.NotFoundError("", err)
	}
	return user, err
}

// endSessions ends one session of an account, or all but the caller's own.
func endSessions(r *kit.Request) error {
	sent := struct {
		User    string `json:"user" form:"user"`
		Session string `json:"session" form:"session"`
		All     bool   `json:"all" form:"all"`
	}{}
	if err := kit.BindBody(r.RequestEvent, &sent); err != nil {
		return err
	}
	if (sent.Session == "") != sent.All {
		return kit.Invalid("session", "validation_required", "Send the id of a session, or all.")
	}
	user, err := accountOf(r, sent.User)
	if err != nil {
		return err
	}
	if sent.All {
		return endAll(r, user)
	}
	return endOne(r, user, sent.Session)
}

// endOne ends a session with its tokens and streams.
func endOne(r *kit.Request, user *core.Record, id string) error {
	s := sessionsIn(r.App)
	if err := s.store(r.App); err != nil {
		return err
	}
	ended := &core.Record{}
	err := r.App.RunInTransaction(func(tx core.App) error {
		err := openSessions(tx, user).AndWhere(dbx.HashExp{core.FieldNameId: id}).Limit(1).One(ended)
		if err != nil {
			return err // 404 if there is no such session
		}
		n, err := countEnded(tx, user)
		if err != nil {
			return err
		}
		if n >= maxEnded {
			return kit.Conflict("session", "too_many_ended", "Too many sessions were ended one by one. End all others at once.")
		}
		Session{ended}.setEnded(kit.Now(tx))
		return tx.Save(kit.SetActor(r.Caller, ended))
	})
	if err != nil {
		return err
	}
	s.end(r.App, id, expires(ended))
	return r.NoContent(http.StatusNoContent)
}

// endAll ends all sessions of an account by changing the key of its tokens, so that also those
// that are in no list end. The caller's own session goes on with the token in the answer.
func endAll(r *kit.Request, user *core.Record) error {
	var changed *core.Record
	err := r.App.RunInTransaction(func(tx core.App) (err error) {
		if changed, err = tx.FindRecordById("users", user.Id); err != nil {
			return err
		}
		changed.RefreshTokenKey()
		return tx.Save(kit.SetActor(r.Caller, changed))
	})
	if err != nil {
		return err
	}
	if user.Id != r.Caller.ID {
		return r.NoContent(http.StatusNoContent)
	}
	claims, err := security.ParseUnverifiedJWT(kit.Token(r.Request))
	if err != nil {
		return err
	}
	claims[claimSession] = currentSession(r.RequestEvent)
	token, err := sign(changed, claims, changed.Collection().AuthToken.Secret)
	if err != nil {
		return err
	}
	sessionsIn(r.App).keep(currentSession(r.RequestEvent), changed)
	return r.JSON(http.StatusOK, map[string]string{"token": token})
}
