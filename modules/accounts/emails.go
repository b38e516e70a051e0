package notices

import (
	"html"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
	"hospital/modules/accounts"
)

// mostLetters is how many mails an hour somebody gets because others register with
// their address.
const mostLetters = 3

// letter is what a mail about an account says: a sentence, where it leads, and what
// to do when one did not ask for it.
type letter struct{ subject, says, link, otherwise string }

// mail writes a letter to somebody.
func (l letter) mail(app core.App, to mail.Address) *mailer.Message {
	house := app.Settings().Meta.SenderName
	text := "Hello,\n\n" + l.says + "\n\n"
	if l.link != "" {
		text += l.link + "\n\n"
	}
	return message(app, to, l.subject+" – "+house, text+l.otherwise+"\n\n"+house+"\n")
}

// page is where a link leads. What stands behind the # does not leave the browser,
// so that no log and no proxy gets to know the secret.
func page(app core.App, view, secret string) string {
	address := strings.TrimSuffix(app.Settings().Meta.AppURL, "/") + "/#/" + view
	if secret == "" {
		return address
	}
	return address + "?token=" + url.QueryEscape(secret)
}

// composeRegistration writes to somebody who registered, or with whose address
// somebody did.
func composeRegistration(app core.App, asked *core.Record) (m *mailer.Message, why string, err error) {
	email := asked.GetString("email")
	sent, err := app.CountRecords("registrations", dbx.HashExp{"email": email, "status": string(Sent)}, dbx.NewExp("sent_at > {:then}", dbx.Params{"then": kit.FormatInstant(kit.Now(app).Add(-time.Hour))}))
	if err != nil {
		return nil, "", err
	}
	if sent >= mostLetters {
		return nil, "The address has had enough of these.", nil
	}
	l := letter{
		subject: "You have an account already", says: "somebody wants to register with this address. You have an account already: sign in, or choose a new password here.",
		link: page(app, "forgotten", ""), otherwise: "If that was not you, nothing has happened and there is nothing to do.",
	}
	if _, err := app.FindAuthRecordByEmail("users", email); err != nil {
		secret, err := accounts.Seal(app, asked)
		if err != nil {
			return nil, "", err
		}
		l = letter{
			subject: "Confirm your address", says: "you have registered with this address. Confirm it within 24 hours, with the password that you chose:",
			link: page(app, "confirm", secret), otherwise: "If that was not you, do nothing: there will be no account.",
		}
	}
	return l.mail(app, mail.Address{Address: email}), "", nil
}

// composeInvitation writes to somebody who is to work here.
func composeInvitation(app core.App, invitation *core.Record) (m *mailer.Message, why string, err error) {
	if invitation.GetString("state") != string(accounts.Open) || !invitation.GetDateTime("expires").Time().After(kit.Now(app)) {
		return nil, "The invitation does not hold any more.", nil
	}
	secret, err := accounts.Seal(app, invitation)
	if err != nil {
		return nil, "", err
	}
	return letter{
		subject: "Your account", says: "you are invited to work with us as " + invitation.GetString("role") + ". Choose a password within 72 hours:",
		link: page(app, "invitation", secret), otherwise: "The link works once. If you did not expect this, do nothing.",
	}.mail(app, mail.Address{Address: invitation.GetString("email")}), "", nil
}

// letters writes PocketBase's own mails about accounts in the hospital's words, with
// links to the portal.
func letters(app core.App) {
	text := func(e *core.MailerRecordEvent, name string) string { s, _ := e.Meta[name].(string); return s }
	write := func(l func(e *core.MailerRecordEvent) letter) func(e *core.MailerRecordEvent) error {
		return func(e *core.MailerRecordEvent) error {
			m := l(e).mail(e.App, e.Message.To[0])
			e.Message.Subject, e.Message.Text, e.Message.HTML = m.Subject, m.Text, ""
			return e.Next()
		}
	}
	const users = "users" // superusers have the dashboard, and its mails
	app.OnMailerRecordPasswordResetSend(users).BindFunc(write(func(e *core.MailerRecordEvent) letter {
		return letter{"Choose a new password", "here you choose a new password, within half an hour:", page(e.App, "reset", text(e, "token")), "If you did not ask for this, do nothing: your password stays as it is."}
	}))
	app.OnMailerRecordVerificationSend(users).BindFunc(write(func(e *core.MailerRecordEvent) letter {
		return letter{"Confirm your address", "please confirm that this address is yours:", page(e.App, "verify", text(e, "token")), "If you have no account with us, do nothing."}
	}))
	app.OnMailerRecordEmailChangeSend(users).BindFunc(write(func(e *core.MailerRecordEvent) letter {
		return letter{"Your new address", "you want to use this address for your account. Confirm it within half an hour, with your password:", page(e.App, "new-address", text(e, "token")), "If you did not ask for this, do nothing: the address is not used."}
	}))
	app.OnMailerRecordOTPSend(users).BindFunc(write(func(e *core.MailerRecordEvent) letter {
		return letter{"Your code to sign in", "somebody has just signed in with your password. The code to go on is\n\n    " + text(e, "password") + "\n\nIt is good for 5 minutes, and for this sign-in only. We never ask for it by mail or by telephone.", "",
			"If that was not you, somebody knows your password: choose a new one at once.\n\n" + page(e.App, "forgotten", "")}
	}))
	app.OnMailerRecordAuthAlertSend(users).BindFunc(write(func(e *core.MailerRecordEvent) letter {
		return letter{"A sign-in from a new place", "somebody has signed in to your account from where you have not been before:\n\n    " + html.UnescapeString(text(e, "info")), "",
			"If that was not you, choose a new password at once: it ends every session.\n\n" + page(e.App, "forgotten", "")}
	}))
}

// post sends a letter as soon as it is stored, rather than within the minute. The
// answer to whoever caused it does not wait.
func post(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalPost", Func: func(se *core.ServeEvent) error {
		se.App.OnRecordAfterCreateSuccess("registrations", "invitations").BindFunc(func(e *core.RecordEvent) error {
			kit.AfterResponse(app, "deliver letters", func() error { return Deliver(app) })
			return e.Next()
		})
		return se.Next()
	}})
}
