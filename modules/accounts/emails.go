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
	"hospital/internal/letters"
	"hospital/internal/outbox"
	"hospital/modules/hospital"
)

// page returns the address of a page of the portal. Browsers do not send the part after
// the #, so that the token appears in no log and no proxy.
func page(app core.App, view, token string) string {
	address := strings.TrimSuffix(app.Settings().Meta.AppURL, "/") + "/#/" + view
	if token == "" {
		return address
	}
	return address + "?token=" + url.QueryEscape(token)
}

// write writes a letter from the hospital.
func write(app core.App, letter letters.Letter) (*mailer.Message, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	return letter.Mail(app, settings.House()), nil
}

// composeRegistration composes the mail to an address that somebody registered with. Only
// this mail reveals whether the address has an account.
func composeRegistration(app core.App, record *core.Record) (*mailer.Message, error) {
	registration := Registration{record}
	sent, err := registration.payload()
	if err != nil {
		return nil, err
	}
	letter := letters.Letter{To: mail.Address{Address: registration.email()}, Language: sent.Language}
	if !mayMail(app, registration.email(), record.Id) {
		return nil, outbox.Skip(manyMailsReason)
	}
	if user, err := app.FindAuthRecordByEmail("users", registration.email()); err == nil {
		letter.Language = User{user}.Language()
		letter.Text, letter.Link = "account.registered", page(app, "forgotten", "")
		return write(app, letter)
	}
	token, err := IssueToken(app, record)
	if err != nil {
		return nil, err
	}
	letter.Text, letter.Link = "account.registration", page(app, "confirm", token)
	return write(app, letter)
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
		m, err = write(app, letters.Letter{To: mail.Address{Address: invitation.email()}, Text: "account.invitation",
			Values: letters.Values{"role": letters.Word("role." + string(invitation.Role()))},
			Link:   page(app, "invitation", token)})
		return err
	})
	return m, err
}

// writeAccountEmails replaces the text of PocketBase's mails about accounts, with links to
// the portal. Mails to superusers are not changed and link to the dashboard.
func writeAccountEmails(app core.App) {
	meta := func(e *core.MailerRecordEvent, name string) string { s, _ := e.Meta[name].(string); return s }
	replace := func(fill func(e *core.MailerRecordEvent, l *letters.Letter)) func(e *core.MailerRecordEvent) error {
		return func(e *core.MailerRecordEvent) error {
			letter := letters.Letter{To: e.Message.To[0], Language: User{e.Record}.Language()}
			fill(e, &letter)
			m, err := write(e.App, letter)
			if err != nil {
				return err
			}
			e.Message.Subject, e.Message.Text, e.Message.HTML, e.Message.Headers = m.Subject, m.Text, m.HTML, m.Headers
			return e.Next()
		}
	}
	app.OnMailerRecordPasswordResetSend("users").BindFunc(replace(func(e *core.MailerRecordEvent, l *letters.Letter) {
		l.Text, l.Link = "account.reset", page(e.App, "reset", meta(e, "token"))
	}))
	app.OnMailerRecordVerificationSend("users").BindFunc(replace(func(e *core.MailerRecordEvent, l *letters.Letter) {
		l.Text, l.Link = "account.verify", page(e.App, "verify", meta(e, "token"))
	}))
	app.OnMailerRecordEmailChangeSend("users").BindFunc(replace(func(e *core.MailerRecordEvent, l *letters.Letter) {
		l.Text, l.Link = "account.new_address", page(e.App, "new-address", meta(e, "token"))
	}))
	app.OnMailerRecordOTPSend("users").BindFunc(replace(func(e *core.MailerRecordEvent, l *letters.Letter) {
		l.Text, l.Code, l.Link = "account.code", meta(e, "password"), page(e.App, "forgotten", "")
	}))
	app.OnMailerRecordAuthAlertSend("users").BindFunc(replace(func(e *core.MailerRecordEvent, l *letters.Letter) {
		l.Text, l.Link = "account.sign_in", page(e.App, "forgotten", "")
		l.Values = letters.Values{"place": html.UnescapeString(meta(e, "info"))}
	}))
	// PocketBase waits for this mail before it answers a sign-in, and forgets the device if it fails.
	app.OnMailerRecordAuthAlertSend().Bind(&hook.Handler[*core.MailerRecordEvent]{Priority: kit.OrderSend,
		Func: func(e *core.MailerRecordEvent) error {
			client, message := e.Mailer, e.Message
			kit.AfterResponse(e.App, "send an alert about a sign-in", func() error { return client.Send(message) })
			return nil
		}})
}
