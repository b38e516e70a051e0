package accounts

import (
	"fmt"
	"net/mail"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
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
		kit.Select("change", NewPassword, NewAddress, UnusualReads).Required().Presentable().Help("What is told."),
		kit.Instant("expires").Required().Help("When the notice is deleted."),
	}, securityMail.Fields(outbox.MailHelp)...),
	Indexes:  []kit.Index{securityMail.Index(), {Columns: "expires"}},
	Policy:   kit.Policy{},
	Expiring: true,
}

// SecurityNotice is a record of security_notices: it tells the owner of an account about a change.
type SecurityNotice struct{ *core.Record }

func (n SecurityNotice) address() string { return n.GetString("address") }
func (n SecurityNotice) change() Change  { return Change(n.GetString("change")) }
func (n SecurityNotice) at() time.Time   { return n.GetDateTime("created").Time() }

func (n SecurityNotice) fill(address string, change Change, now time.Time) {
	n.Set("address", address)
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
		if err := notify(e.App, stored.Email(), change); err != nil {
			return fmt.Errorf("tell the owner of %s: %w", stored.Id, err)
		}
	}
	return nil
}

func notify(tx core.App, address string, change Change) error {
	notice, err := kit.New(tx, "security_notices")
	if err != nil {
		return err
	}
	SecurityNotice{notice}.fill(address, change, kit.Now(tx))
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
			if err := notify(tx, admin.Email(), change); err != nil {
				return fmt.Errorf("tell the admin %s: %w", admin.Id, err)
			}
		}
		return nil
	})
}

func composeSecurityNotice(app core.App, record *core.Record) (*mailer.Message, error) {
	notice := SecurityNotice{record}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	when := notice.at().In(settings.Zone()).Format(kit.Minute + " MST")
	m := email{
		subject: "Your password was changed",
		text:    "the password of your account was changed on " + when + ". Every device has to sign in again.",
		otherwise: "If that was not you, choose a new one at once, and call us: " + settings.Phone() + "\n\n" +
			page(app, "forgotten", ""),
	}
	switch notice.change() {
	case UnusualReads:
		m = email{
			subject: "Unusual reads wait for review",
			text:    "somebody has read records of patients in a way that an admin reviews.",
			link:    page(app, "unusual-reads", ""),
		}
	case NewAddress:
		m = email{
			subject:   "Your address was changed",
			text:      "on " + when + " your account got another address. This address no longer signs in.",
			otherwise: "If that was not you, call us at once: " + settings.Phone(),
		}
	}
	return m.message(app, mail.Address{Address: notice.address()}), nil
}
