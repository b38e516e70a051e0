package accounts

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
)

// capStaffSession limits the tokens of staff to the length of their session, also when they
// are refreshed. Tokens of patients have PocketBase's duration and can be renewed.
func capStaffSession(app core.App) {
	app.OnRecordAuthRequest("users").BindFunc(func(e *core.RecordAuthRequestEvent) error {
		claims, err := security.ParseUnverifiedJWT(e.Token)
		if refreshable, _ := claims[core.TokenClaimRefreshable].(bool); err != nil || !refreshable ||
			(User{e.Record}).Role() == role.Patient {
			return e.Next()
		}
		settings, err := hospital.Of(e.App)
		if err != nil {
			return err
		}
		ends := time.Now().Add(settings.StaffSession()).Unix()
		if e.AuthMethod == "" { // a refresh: the new token ends when the old one does
			old, err := security.ParseUnverifiedJWT(kit.Token(e.Request))
			if err != nil {
				return e.UnauthorizedError("Sign in again.", err)
			}
			end, err := old.GetExpirationTime()
			if err != nil || end == nil {
				return e.UnauthorizedError("Sign in again.", err)
			}
			ends = min(ends, end.Unix())
		}
		claims["exp"] = ends
		e.Token, err = security.NewJWT(claims, e.Record.TokenKey()+e.Collection.AuthToken.Secret, 0)
		if err != nil {
			return err
		}
		return e.Next()
	})
}
