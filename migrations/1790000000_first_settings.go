package migrations

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/hospital"
)

// A new database gets the settings of one hospital, safe settings of PocketBase, and a users
// collection without PocketBase's sample column.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		collection, err := tx.FindCollectionByNameOrId("hospital")
		if err != nil {
			return err
		}
		h := core.NewRecord(collection)
		h.Id = hospital.ID
		h.Load(map[string]any{
			"name": "Hospital", "timezone": "UTC", "currency": "EUR", "currency_exponent": 2,
			"cancel_cutoff_hours": 2, "booking_horizon_days": 365, "care_team_days": 30,
		})
		if err := tx.Save(h); err != nil {
			return err
		}

		s := tx.Settings()
		s.Meta.AppName = "Hospital"
		s.Meta.HideControls = true // the schema is declared in code
		s.Batch.Enabled = true
		s.Batch.MaxRequests = 50
		s.Logs.LogAuthId = true
		if err := tx.Save(s); err != nil {
			return err
		}

		users, err := tx.FindCollectionByNameOrId("users")
		if err != nil {
			return err
		}
		users.Fields.RemoveByName("avatar")
		users.OAuth2.Enabled = false
		users.AuthToken.Duration = 24 * 3600
		return tx.Save(users)
	}, nil)
}
