package migrations

import (
	"github.com/pocketbase/pocketbase/core"
)

// People prove their address before they have an account. Where the hospital wants
// it, staff enter a code from a mail beside their password; they sign in once a
// shift. Superusers sign in once a day at the most.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		if _, err := tx.NonconcurrentDB().NewQuery(`UPDATE hospital SET confirm_email = TRUE, staff_session_hours = 10`).Execute(); err != nil {
			return err
		}
		users, err := tx.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.OTP.Enabled, users.OTP.Length, users.OTP.Duration = true, 8, 300
		users.MFA.Enabled, users.MFA.Duration = true, 600
		users.MFA.Rule = `role != "patient" && @collection.hospital.staff_mfa = true`
		if err := tx.Save(users); err != nil {
			return err
		}
		superusers, err := tx.FindCollectionByNameOrId(core.CollectionNameSuperusers)
		if err != nil {
			return err
		}
		superusers.AuthToken.Duration = 8 * 3600
		return tx.Save(superusers)
	}, nil)
}
