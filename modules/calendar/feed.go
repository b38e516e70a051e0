package calendar

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/modules/accounts"
)

// secretLength is in characters of 62 kinds: 238 bits.
const secretLength = 40

// Feed is a record of calendar_feeds: the address of somebody's visits.
type Feed struct{ *core.Record }

func (f Feed) user() string       { return f.GetString("user") }
func (f Feed) issuedFor() string  { return f.GetString("issued_for") }
func (f Feed) created() time.Time { return f.GetDateTime("created").Time() }

func (f Feed) fill(user accounts.User, secret string) {
	f.Set("user", user.Id)
	f.Set("secret_hash", security.SHA256(secret))
	f.Set("issued_for", issuedFor(user))
}

// issuedFor changes with the password and with every sign-out from all devices.
func issuedFor(user accounts.User) string { return security.SHA256("calendar " + user.TokenKey()) }

// show answers whether the caller has a feed. Nobody can read its address again.
func show(e *kit.Request) error {
	found, err := e.App.FindAllRecords("calendar_feeds", dbx.HashExp{"user": e.Caller.ID})
	if err != nil {
		return err
	}
	answer := map[string]any{"active": false, "created": ""}
	if user := (accounts.User{Record: e.Auth}); len(found) > 0 && (Feed{found[0]}).issuedFor() == issuedFor(user) {
		answer = map[string]any{"active": true, "created": kit.FormatInstant(Feed{found[0]}.created())}
	}
	return e.JSON(http.StatusOK, answer)
}

// renew makes a feed with a new address. The old one ends.
func renew(e *kit.Request) error {
	secret := security.RandomString(secretLength)
	err := e.App.RunInTransaction(func(tx core.App) error {
		if err := kit.DeleteAll(tx, "calendar_feeds", dbx.HashExp{"user": e.Caller.ID}); err != nil {
			return err
		}
		feed, err := kit.New(tx, "calendar_feeds")
		if err != nil {
			return err
		}
		Feed{feed}.fill(accounts.User{Record: e.Auth}, secret)
		return tx.Save(kit.SetActor(e.Caller, feed))
	})
	if err != nil {
		return err
	}
	home := strings.TrimSuffix(e.App.Settings().Meta.AppURL, "/")
	return e.JSON(http.StatusOK, map[string]string{"url": home + kit.RoutePrefix + "/calendar/" + secret + suffix})
}

func revoke(e *kit.Request) error {
	if err := kit.DeleteAll(e.App, "calendar_feeds", dbx.HashExp{"user": e.Caller.ID}); err != nil {
		return err
	}
	return e.NoContent(http.StatusNoContent)
}
