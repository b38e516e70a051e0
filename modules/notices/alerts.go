package notices

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
	"hospital/modules/accounts"
)

var alerts = kit.Collection{
	Name: "alerts",
	Description: "A message to one admin: that somebody used emergency access, that somebody has " +
		"registered and waits for an admin, or that mails fail. It is in the portal at once, and sent by email.",
	Fields: append(kit.Fields{
		kit.Relation("user", "users").Required().Help("Admin who is told."),
		kit.Select("kind", Emergency, Registration, MailsFail).Help("What the admin is told."),
		kit.Relation("break_glass", "break_glass").Help("Of an emergency: the access it is about."),
		kit.Bool("seen").Help("The admin has read it."),
	}, delivery.Fields(outbox.MailHelp)...),
	Indexes: []kit.Index{
		{Columns: "user, created"},
		{Columns: "break_glass, user", Unique: true, Where: "break_glass != ''"},
		{Columns: "kind, created"},
		delivery.Index(),
	},
	RoutineFields: []string{"kind", "seen", "status"},
	Policy: kit.Policy{
		role.Admin: {Read: kit.Own("user"), Update: kit.Own("user"), UpdateFields: []string{"seen"}},
	},
}

// repeatAlert is how soon admins are told again of what is not one event.
const repeatAlert = 24 * time.Hour

// AlertOfEmergency tells every active admin that somebody opened a record in an emergency.
func AlertOfEmergency(tx core.App, access *core.Record) error {
	return alertAdmins(tx, Emergency, access.Id)
}

// AlertOfRegistration tells every active admin that the account of a doctor waits, once a day.
func AlertOfRegistration(tx core.App, _ *core.Record) error { return alertDaily(tx, Registration) }

// AlertWithoutMail tells every active admin that a registration waits for its mail, once a day.
func AlertWithoutMail(tx core.App, registration *core.Record) error {
	if tx.Settings().SMTP.Enabled {
		return nil
	}
	return AlertOfRegistration(tx, registration)
}

// CheckMails tells every active admin, once a day, when mails fail.
func CheckMails(app core.App) error {
	fail, err := outbox.Failing(app)
	if err != nil || !fail {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error { return alertDaily(tx, MailsFail) })
}

// alertDaily tells the admins unless they were told since a day.
func alertDaily(tx core.App, kind AlertKind) error {
	recent, err := tx.CountRecords("alerts", dbx.HashExp{"kind": string(kind)}, dbx.NewExp("created > {:since}",
		dbx.Params{"since": kit.FormatInstant(kit.Now(tx).Add(-repeatAlert))}))
	if err != nil || recent > 0 {
		return err
	}
	return alertAdmins(tx, kind, "")
}

func alertAdmins(tx core.App, kind AlertKind, breakGlass string) error {
	admins, err := accounts.ActiveAdmins(tx)
	if err != nil {
		return err
	}
	for _, admin := range admins {
		alert, err := kit.New(tx, "alerts")
		if err != nil {
			return err
		}
		Alert{alert}.fill(kind, admin.Id, breakGlass, kit.Now(tx))
		if err := tx.Save(alert); err != nil {
			return fmt.Errorf("alert of %s: %w", kind, err)
		}
	}
	return nil
}
