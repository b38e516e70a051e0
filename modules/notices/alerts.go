package notices

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/accounts"
)

// alerts tell each admin about an emergency access: in the portal at once, and by mail.
var alerts = kit.Collection{
	Name: "alerts",
	Fields: append(kit.Fields{
		kit.Relation("user", "users").Required(),
		kit.Relation("break_glass", "break_glass").Required(),
		kit.Bool("seen"),
	}, delivery.Fields()...),
	Indexes: []kit.Index{
		{Columns: "user, created"},
		{Columns: "break_glass, user", Unique: true},
		delivery.Index(),
	},
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
