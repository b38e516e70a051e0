package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/accounts"
)

// New passwords of superusers have as many characters as those of everybody else. Old ones
// stay valid.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		superusers, err := tx.FindCollectionByNameOrId(core.CollectionNameSuperusers)
		if err != nil {
			return err
		}
		password, ok := superusers.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField)
		if !ok {
			return fmt.Errorf("%s has no password", superusers.Name)
		}
		password.Min = accounts.MinPassword
		return tx.Save(superusers)
	}, nil)
}
