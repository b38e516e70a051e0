package accounts

import (
	"html"
	"net/mail"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
	"hospital/internal/outbox"
)

// email is a mail about an account. otherwise says what to do for a person who did not
// cause the mail.
type email struct{ subject, text, link, otherwise string }

func (m email) message(app core.App, to mail.Address) *mailer.Message {
	sender := app.Settings().Meta.SenderName
	text := "Hello,\n\n" + m.text + "\n\n"
	if m.link != "" {
		text += m.link + "\n\n"
	}
	return outbox.Message(app, to, m.subject+" – "+sender, text+m.otherwise+"\n\n"+sender+"\n")
}

// page returns the address of a page of the portal. Browsers do not send the part after
// the #, so that the token appears in no log and no proxy.
func page(app core.App, view, token string) string {
	address := strings.TrimSuffix(app.Settings().Meta.AppURL, "/") + "/#/" + view
	if token == "" {
		return address
	}
	return address + "?token=" + url.QueryEscape(token)
}

// composeRegistration composes the mail to an address that somebody registered with. Only
// this mail reveals whether the address has an account.
func composeRegistration(app core.App, record *core.Record) (*mailer.Message, error) {
	address := Registration{record}.email()
	if !mayMail(app, address, record.Id) {
		return nil, outbox.Skip(manyMailsReason)
	}
	m := email{
		subject: "You have an account already",
		text: "somebody wants to register with this address. You have an account already: " +
			"sign in, or choose a new password here.",
		link:      page(app, "forgotten", ""),
		otherwise: "If that was not you, nothing has happened and there is nothing to do.",
	}
	if _, err := app.FindAuthRecordByEmail("users", address); err != nil {
		token, err := IssueToken(app, record)
		if err != nil {
			return nil, err
		}
		m = email{
			subject: "Confirm your address",
			text: "you have registered with this address. " +
				"Confirm it within 24 hours, with the password that you chose:",
			link:      page(app, "confirm", token),
			otherwise: "If that was not you, do nothing: there will be no account.",
		}
	}
	return m.message(app, mail.Address{Address: address}), nil
}

// composeInvitation composes the mail of an invitation. It reads the invitation again in
// the transaction that issues the token, because it may have been revoked meanwhile.
func composeInvitation(app core.App, record *core.Record) (m *mailer.Message, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		fresh, err := tx.FindRecordById(record.Collection(), record.Id)
		if err != nil {
			return err
		}
		invitation := Invitation{fresh}
		if !invitation.acceptable(kit.Now(tx)) {
			return outbox.Skip("The invitation is no longer valid.")
		}
		token, err := IssueToken(tx, fresh)
		if err != nil {
			return err
		}
		m = email{
			subject: "Your account",
			text: "you are invited to work with us as " + string(invitation.Role()) +
				". Choose a password within 72 hours:",
			link:      page(app, "invitation", token),
			otherwise: "The link works once. If you did not expect this, do nothing.",
		}.message(app, mail.Address{Address: invitation.email()})
		return nil
	})
	return m, err
}

// writeAccountEmails replaces the text of PocketBase's mails about accounts, with links to
// the portal. Mails to superusers are not changed and link to the dashboard.
func writeAccountEmails(app core.App) {
	meta := func(e *core.MailerRecordEvent, name string) string { s, _ := e.Meta[name].(string); return s }
	write := func(compose func(e *core.MailerRecordEvent) email) func(e *core.MailerRecordEvent) error {
		return func(e *core.MailerRecordEvent) error {
			m := compose(e).message(e.App, e.Message.To[0])
			e.Message.Subject, e.Message.Text, e.Message.HTML = m.Subject, m.Text, ""
			return e.Next()
		}
	}
	app.OnMailerRecordPasswordResetSend("users").BindFunc(write(func(e *core.MailerRecordEvent) email {
		return email{"Choose a new password", "here you choose a new password, within half an hour:",
			page(e.App, "reset", meta(e, "token")),
			"If you did not ask for this, do nothing: your password stays as it is."}
	}))
	app.OnMailerRecordVerificationSend("users").BindFunc(write(func(e *core.MailerRecordEvent) email {
		return email{"Confirm your address", "please confirm that this address is yours:",
			page(e.App, "verify", meta(e, "token")), "If you have no account with us, do nothing."}
	}))
	app.OnMailerRecordEmailChangeSend("users").BindFunc(write(func(e *core.MailerRecordEvent) email {
		return email{"Your new address",
			"you want to use this address for your account. Confirm it within half an hour, with your password:",
			page(e.App, "new-address", meta(e, "token")),
			"If you did not ask for this, do nothing: the address is not used."}
	}))
	app.OnMailerRecordOTPSend("users").BindFunc(write(func(e *core.MailerRecordEvent) email {
		return email{"Your code to sign in",
			"somebody has just signed in with your password. The code to go on is\n\n    " + meta(e, "password") +
				"\n\nIt is valid for 5 minutes, and for this sign-in only. We never ask for it by mail or by telephone.", "",
			"If that was not you, somebody knows your password: choose a new one at once.\n\n" + page(e.App, "forgotten", "")}
	}))
	app.OnMailerRecordAuthAlertSend("users").BindFunc(write(func(e *core.MailerRecordEvent) email {
		return email{"A sign-in from a new place",
			"somebody has signed in to your account from where you have not been before:\n\n    " +
				html.UnescapeString(meta(e, "info")), "",
			"If that was not you, choose a new password at once: it ends every session.\n\n" + page(e.App, "forgotten", "")}
	}))
	// PocketBase waits for this mail before it answers a sign-in, and forgets the device if it fails.
	app.OnMailerRecordAuthAlertSend().Bind(&hook.Handler[*core.MailerRecordEvent]{Priority: kit.OrderSend,
		Func: func(e *core.MailerRecordEvent) error {
			client, message := e.Mailer, e.Message
			kit.AfterResponse(e.App, "send an alert about a sign-in", func() error { return client.Send(message) })
			return nil
		}})
}
