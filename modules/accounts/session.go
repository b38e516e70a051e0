package accounts

import (
	"strings"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/modules/hospital"
)

// shorten gives staff a token that ends with their session, however often it is
// refreshed. Patients' ends as PocketBase says, and is refreshed for as long as they
// come back in time.
func shorten(app core.App) {
	app.OnRecordAuthRequest("users").BindFunc(func(e *core.RecordAuthRequestEvent) error {
		claims, err := security.ParseUnverifiedJWT(e.Token)
		if refreshable, _ := claims[core.TokenClaimRefreshable].(bool); err != nil || !refreshable || e.Record.GetString("role") == string(role.Patient) {
			return e.Next()
		}
		house, err := hospital.Of(e.App)
		if err != nil {
			return err
		}
		ends := time.Now().Add(house.StaffSession()).Unix()
		if e.AuthMethod == "" { // the token that is exchanged was checked before, and ends when it ends
			_, bare, prefixed := strings.Cut(e.Request.Header.Get("Authorization"), " ")
			if !prefixed {
				bare = e.Request.Header.Get("Authorization")
			}
			old, err := security.ParseUnverifiedJWT(bare)
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
