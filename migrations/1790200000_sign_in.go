package migrations

import (
	"github.com/pocketbase/pocketbase/core"
)

// People confirm their email address before they get an account. If the hospital turns it on,
// staff enter a code from an email in addition to their password. Staff sign in again after
// 10 hours, superusers after 8.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		_, err := tx.NonconcurrentDB().
			NewQuery(`UPDATE hospital SET confirm_email = TRUE, staff_session_hours = 10`).Execute()
		if err != nil {
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
