package migrations

import "github.com/pocketbase/pocketbase/core"

// All earlier alerts are of emergencies.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		_, err := tx.NonconcurrentDB().NewQuery(`UPDATE alerts SET kind = 'emergency' WHERE kind = ''`).Execute()
		return err
	}, nil)
}
