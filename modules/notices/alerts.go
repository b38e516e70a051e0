package notices

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
	"hospital/modules/accounts"
)

var alerts = kit.Collection{
	Name: "alerts",
	Description: "A message to one admin that somebody used emergency access. It is in the portal at once, " +
		"and sent by email.",
	Fields: append(kit.Fields{
		kit.Relation("user", "users").Required().Help("Admin who is told."),
		kit.Relation("break_glass", "break_glass").Required().Help("Emergency access it is about."),
		kit.Bool("seen").Help("The admin has read it."),
	}, delivery.Fields(outbox.MailHelp)...),
	Indexes: []kit.Index{
		{Columns: "user, created"},
		{Columns: "break_glass, user", Unique: true},
		delivery.Index(),
	},
	RoutineFields: []string{"seen", "status"},
	Policy: kit.Policy{
		role.Admin: {Read: kit.Own("user"), Update: kit.Own("user"), UpdateFields: []string{"seen"}},
	},
}

// AlertAdmins tells every active admin that somebody opened a record in an emergency.
func AlertAdmins(tx core.App, access *core.Record) error {
	admins, err := accounts.ActiveAdmins(tx)
	if err != nil {
		return err
	}
	for _, admin := range admins {
		alert, err := kit.New(tx, "alerts")
		if err != nil {
			return err
		}
		Alert{alert}.fill(admin.Id, access.Id, kit.Now(tx))
		if err := tx.Save(alert); err != nil {
			return fmt.Errorf("alert of %s: %w", access.Id, err)
		}
	}
	return nil
}
