package migrations

import "github.com/pocketbase/pocketbase/core"

// All codes from before there were several systems are of ICD-10.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		_, err := tx.NonconcurrentDB().NewQuery(`UPDATE codes SET system = 'icd10' WHERE system = ''`).Execute()
		return err
	}, nil)
}
