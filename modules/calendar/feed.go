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

// noteEvery is how often the last use of a feed is written.
const noteEvery = time.Hour

// Feed is a record of calendar_feeds: the address of somebody's visits.
type Feed struct{ *core.Record }

func (f Feed) user() string          { return f.GetString("user") }
func (f Feed) issuedFor() string     { return f.GetString("issued_for") }
func (f Feed) created() time.Time    { return f.GetDateTime("created").Time() }
func (f Feed) lastUsedAt() time.Time { return f.GetDateTime(lastUsedAt).Time() }
func (f Feed) loggedAt() time.Time   { return f.GetDateTime(loggedAt).Time() }

func (f Feed) fill(user accounts.User, secret string) {
	f.Set("user", user.Id)
	f.Set("secret_hash", security.SHA256(secret))
	f.Set("issued_for", issuedFor(user))
}

// issuedFor changes with the password and with every sign-out from all devices.
func issuedFor(user accounts.User) string { return security.SHA256("calendar " + user.TokenKey()) }

// The columns with the times of uses.
const (
	lastUsedAt = "last_used_at"
	loggedAt   = "logged_at"
)

// note writes the time of a use into a column, at most once an hour. It reports whether it did: of several readers at
// once, one does.
func (f Feed) note(app core.App, column string, last time.Time) (bool, error) {
	now := kit.Now(app)
	if since := now.Sub(last); since >= 0 && since < noteEvery { // negative: the clock was set back
		return false, nil
	}
	result, err := app.NonconcurrentDB().Update("calendar_feeds", dbx.Params{column: kit.FormatInstant(now)},
		dbx.HashExp{core.FieldNameId: f.Id, column: f.GetString(column)}).Execute()
	if err != nil {
		return false, err
	}
	written, err := result.RowsAffected()
	return written == 1, err
}

// show answers whether the caller has a feed. Nobody can read its address again.
func show(e *kit.Request) error {
	found, err := e.App.FindAllRecords("calendar_feeds", dbx.HashExp{"user": e.Caller.ID})
	if err != nil {
		return err
	}
	answer := map[string]any{"active": false, "created": "", lastUsedAt: ""}
	if len(found) > 0 && (Feed{found[0]}).issuedFor() == issuedFor(accounts.User{Record: e.Auth}) {
		feed := Feed{found[0]}
		answer = map[string]any{"active": true, "created": kit.FormatInstant(feed.created()), lastUsedAt: ""}
		if used := feed.lastUsedAt(); !used.IsZero() {
			answer[lastUsedAt] = kit.FormatInstant(used)
		}
	}
	return e.JSON(http.StatusOK, answer)
}

// renew makes a feed with a new address. The old one ends.
func renew(e *kit.Request) error {
	secret := security.RandomString(secretLength)
	err := e.App.RunInTransaction(func(tx core.App) error {
		if err := deleteOf(tx, e.Caller); err != nil {
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
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, map[string]string{"url": home + kit.RoutePrefix + "/calendar/" + secret + suffix})
}

func revoke(e *kit.Request) error {
	err := e.App.RunInTransaction(func(tx core.App) error { return deleteOf(tx, e.Caller) })
	if err != nil {
		return err
	}
	return e.NoContent(http.StatusNoContent)
}

// deleteOf deletes the feed of the caller, who is in its entry of the audit log.
func deleteOf(tx core.App, caller kit.Actor) error {
	found, err := tx.FindAllRecords("calendar_feeds", dbx.HashExp{"user": caller.ID})
	if err != nil {
		return err
	}
	for _, feed := range found {
		if err := tx.Delete(kit.SetActor(caller, feed)); err != nil {
			return err
		}
	}
	return nil
}
