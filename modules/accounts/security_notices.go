package accounts

import (
	"fmt"
	"net/mail"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/internal/outbox"
	"hospital/modules/hospital"
)

// Change is what a security notice tells.
type Change string

// The changes. The first two are of the account that is told.
const (
	NewPassword  Change = "password"
	NewAddress   Change = "address"
	UnusualReads Change = "unusual_reads"
	WebhookOff   Change = "webhook_off"
)

// securityNoticePeriod is how long a notice is kept. Its mail is given up long before.
const securityNoticePeriod = 30 * 24 * time.Hour

const securityMail = outbox.Columns("status")

// securityNotices are not readable through the API. They are written in the transaction of
// the change, whoever made it, and sent after it.
var securityNotices = kit.Collection{
	Name: "security_notices",
	Description: "A message to the owner of an account that its password or address was changed, to the address " +
		"before; or to an admin that unusual reads wait for review. It is deleted after 30 days.",
	Fields: append(kit.Fields{
		kit.Email("address").Required().Presentable().Help("Address that is told."),
		kit.Select("change", NewPassword, NewAddress, UnusualReads, WebhookOff).Required().Presentable().Help("What is told."),
		kit.Select("language", letters.Languages...).Help("Language of the mail. Empty: that of the hospital."),
		kit.Instant("expires").Required().Help("When the notice is deleted."),
	}, securityMail.Fields(outbox.MailHelp)...),
	Indexes:  []kit.Index{securityMail.Index(), {Columns: "expires"}},
	Policy:   kit.Policy{},
	Expiring: true,
}

// SecurityNotice is a record of security_notices: it tells the owner of an account about a change.
type SecurityNotice struct{ *core.Record }

func (n SecurityNotice) address() string  { return n.GetString("address") }
func (n SecurityNotice) change() Change   { return Change(n.GetString("change")) }
func (n SecurityNotice) language() string { return n.GetString("language") }
func (n SecurityNotice) at() time.Time    { return n.GetDateTime("created").Time() }

func (n SecurityNotice) fill(address, language string, change Change, now time.Time) {
	n.Set("address", address)
	n.Set("language", language)
	n.Set("change", string(change))
	setExpires(n.Record, now.Add(securityNoticePeriod))
	securityMail.SetPending(n.Record, now)
}

// tellOwner stores a notice for the old address of an account whose password or address
// was changed.
func tellOwner(e *core.RecordEvent, stored *core.Record) error {
	if err := e.Next(); err != nil {
		return err
	}
	var changes []Change
	if (User{stored}).passwordHash() != (User{e.Record}).passwordHash() {
		changes = append(changes, NewPassword)
	}
	if stored.Email() != e.Record.Email() {
		changes = append(changes, NewAddress)
	}
	for _, change := range changes {
		if err := notify(e.App, User{stored}, change); err != nil {
			return fmt.Errorf("tell the owner of %s: %w", stored.Id, err)
		}
	}
	return nil
}

func notify(tx core.App, user User, change Change) error {
	notice, err := kit.New(tx, "security_notices")
	if err != nil {
		return err
	}
	SecurityNotice{notice}.fill(user.Email(), user.Language(), change, kit.Now(tx))
	return tx.Save(notice)
}

// NotifyAdminsDaily tells all active admins something, unless they were told since a day.
func NotifyAdminsDaily(app core.App, change Change) error {
	return app.RunInTransaction(func(tx core.App) error {
		recent, err := tx.CountRecords("security_notices", dbx.HashExp{"change": string(change)},
			dbx.NewExp("expires > {:since}", dbx.Params{
				"since": kit.FormatInstant(kit.Now(tx).Add(securityNoticePeriod - 24*time.Hour))}))
		if err != nil || recent > 0 {
			return err
		}
		admins, err := ActiveAdmins(tx)
		if err != nil {
			return err
		}
		for _, admin := range admins {
			if err := notify(tx, User{admin}, change); err != nil {
				return fmt.Errorf("tell the admin %s: %w", admin.Id, err)
			}
		}
		return nil
	})
}

// securityLetters are the letters of the changes. Where the link leads is the view of the portal.
var securityLetters = map[Change]struct{ text, view string }{
	NewPassword:  {"account.password_changed", "forgotten"},
	NewAddress:   {"account.address_changed", ""},
	UnusualReads: {"admin.unusual_reads", "unusual-reads"},
	WebhookOff:   {"admin.webhook_off", ""},
}

func composeSecurityNotice(app core.App, record *core.Record) (*mailer.Message, error) {
	notice := SecurityNotice{record}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	about := securityLetters[notice.change()]
	letter := letters.Letter{To: mail.Address{Address: notice.address()}, Language: notice.language(), Text: about.text,
		Values: letters.Values{"new": notice.at(), "phone": settings.Phone()}}
	if about.view != "" {
		letter.Link = page(app, about.view, "")
	}
	return letter.Mail(app, settings.House()), nil
}
