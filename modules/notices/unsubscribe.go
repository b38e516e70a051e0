package notices

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
)

// unsubscribePeriod is how long the link of a mail works.
const unsubscribePeriod = 365 * 24 * time.Hour

const unsubscribeType = "unsubscribe"

// UnsubscribeToken says who wants no mails of which kind. Whoever has the mail can use it, and nothing else can be done
// with it.
func UnsubscribeToken(app core.App, user, patient string, kind Kind) (string, error) {
	key, err := unsubscribeKey(app)
	if err != nil {
		return "", err
	}
	return security.NewJWT(jwt.MapClaims{"type": unsubscribeType, "user": user, "patient": patient,
		"kind": string(kind)}, key, unsubscribePeriod)
}

// unsubscribeKey signs the links. They end when an operator renews the secret of the verification links.
func unsubscribeKey(app core.App) (string, error) {
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return "", err
	}
	return unsubscribeType + users.VerificationToken.Secret, nil
}

// links are the address for a mail program (RFC 8058), and the page for a person.
func (n Notice) links(app core.App) (address, page string, err error) {
	o := n.owner()
	token, err := UnsubscribeToken(app, o.user, o.patient, n.kind())
	if err != nil {
		return "", "", err
	}
	home := strings.TrimSuffix(app.Settings().Meta.AppURL, "/")
	query := "?token=" + url.QueryEscape(token)
	return home + kit.RoutePrefix + "/unsubscribe" + query, home + "/#/unsubscribe" + query, nil
}

// unsubscribe switches off the mails that a link is about. Mail programs call it without a person who is signed in.
func unsubscribe(e *kit.Request) error {
	key, err := unsubscribeKey(e.App)
	if err != nil {
		return err
	}
	claims, err := security.ParseJWT(e.Request.URL.Query().Get("token"), key)
	if err != nil || claims["type"] != unsubscribeType {
		return kit.Invalid("token", "invalid_token",
			"This link is invalid or has expired. Sign in to choose which mails you get.")
	}
	text := func(claim string) string { s, _ := claims[claim].(string); return s }
	kind := Kind(text("kind"))
	err = e.App.RunInTransaction(func(tx core.App) error {
		o := owner{text("user"), text("patient")}
		p, err := preferenceOf(tx, o, kind)
		if err != nil {
			return err
		}
		p.fill(o, kind)
		p.setEmail(false)
		return tx.Save(kit.SetActor(e.Caller, p.Record))
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"kind": kind, "email": false})
}

// openUnsubscribe leads a mail program that opens the address in a browser to the page, which asks first.
func openUnsubscribe(e *kit.Request) error {
	home := strings.TrimSuffix(e.App.Settings().Meta.AppURL, "/")
	return e.Redirect(http.StatusSeeOther, home+"/#/unsubscribe?token="+
		url.QueryEscape(e.Request.URL.Query().Get("token")))
}
