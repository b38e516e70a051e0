package migrations

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Every hospital gets limits for what a patient's account books. Requests that wait for
// approval wait from now on.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		now := dbx.Params{"now": kit.FormatInstant(kit.Now(tx))}
		for _, sql := range []string{
			`UPDATE hospital SET open_visits_per_patient = 5, open_visits_per_account = 12, requests_per_day = 12,
				cancellations_per_week = 5, patients_per_account = 10, request_expiry_hours = 72`,
			`UPDATE appointments SET requested_at = {:now} WHERE status = 'pending' AND requested_at = ''`,
		} {
			if _, err := tx.NonconcurrentDB().NewQuery(sql).Bind(now).Execute(); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
