package accounts

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
)

// Claims of a token, with the names of OpenID Connect.
const (
	claimSession = "sid"
	claimSince   = "auth_time" // of the sign-in, in seconds; a refresh keeps it
	claimEnd     = "exp"
)

// startSessions makes every sign-in a session, which all its tokens name, also those that
// replace them.
func startSessions(app core.App, s *sessions) {
	app.OnRecordAuthRequest("users").BindFunc(func(e *core.RecordAuthRequestEvent) error {
		claims, err := security.ParseUnverifiedJWT(e.Token)
		if refreshable, _ := claims[core.TokenClaimRefreshable].(bool); err != nil || !refreshable {
			return e.Next() // an impersonation: its token is its session
		}
		old := jwt.MapClaims{}
		claims[claimSession], claims[claimSince] = core.GenerateDefaultRandomId(), kit.Now(e.App).Unix()
		if e.AuthMethod == "" { // a refresh
			token := kit.Token(e.Request)
			if old, err = security.ParseUnverifiedJWT(token); err != nil {
				return e.UnauthorizedError("Sign in again.", err)
			}
			claims[claimSession] = sessionOf(old, token)
			if since, ok := old[claimSince]; ok {
				claims[claimSince] = since
			}
		}
		if err := capStaffSession(e, claims, old); err != nil {
			return err
		}
		if e.Token, err = sign(e.Record, claims, e.Collection.AuthToken.Secret); err != nil {
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		s.use(e.RequestEvent, e.Record, claims, e.Token)
		return nil
	})
	app.OnFileTokenRequest("users").BindFunc(func(e *core.FileTokenRequestEvent) error {
		claims, err := security.ParseUnverifiedJWT(e.Token)
		if err != nil {
			return err
		}
		claims[claimSession] = currentSession(e.RequestEvent)
		if e.Token, err = sign(e.Record, claims, e.Record.Collection().FileToken.Secret); err != nil {
			return err
		}
		return e.Next()
	})
}

// capStaffSession limits the tokens of staff to the length of their session, also when they
// are refreshed. Tokens of patients have PocketBase's duration and can be renewed.
func capStaffSession(e *core.RecordAuthRequestEvent, claims, old jwt.MapClaims) error {
	if (User{e.Record}).Role() == role.Patient {
		return nil
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	ends := time.Now().Add(settings.StaffSession()).Unix()
	if e.AuthMethod == "" { // the new token ends when the old one does
		end, err := old.GetExpirationTime()
		if err != nil || end == nil {
			return e.UnauthorizedError("Sign in again.", err)
		}
		ends = min(ends, end.Unix())
	}
	claims[claimEnd] = ends
	return nil
}

// sign returns a token of an account. Its end is one of the claims.
func sign(account *core.Record, claims jwt.MapClaims, secret string) (string, error) {
	return security.NewJWT(claims, account.TokenKey()+secret, 0)
}

// sessionOf returns the session of a token. A token that names none is a session of its own:
// an impersonation, or a token from before there were sessions.
func sessionOf(claims jwt.MapClaims, token string) string {
	if id, _ := claims[claimSession].(string); id != "" {
		return id
	}
	sum := sha256.Sum256([]byte(token))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:core.DefaultIdLength]
}

// timeOf returns a claim that is an instant.
func timeOf(claims jwt.MapClaims, claim string) time.Time {
	switch seconds := claims[claim].(type) {
	case float64: // of a token
		return time.Unix(int64(seconds), 0).UTC()
	case int64:
		return time.Unix(seconds, 0).UTC()
	}
	return time.Time{}
}

const sessionKey = "hospital.session"

// currentSession returns the session of a request, or an empty string.
func currentSession(e *core.RequestEvent) string {
	id, _ := e.Get(sessionKey).(string)
	return id
}
