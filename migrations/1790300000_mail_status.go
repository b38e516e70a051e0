package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// The status of an invitation was called state, and that of its mail status. What
// somebody sent to register was called said. The new columns exist by now: the
// declarations are applied before this step.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		if err := replaceColumn(tx, "invitations", "state",
			`UPDATE invitations SET mail_status = status, status = state`); err != nil {
			return err
		}
		return replaceColumn(tx, "registrations", "said", `UPDATE registrations SET payload = said`)
	}, nil)
}

// replaceColumn copies the values of an old column by a statement, and removes the
// column. A new database never had it.
func replaceColumn(tx core.App, collection, old, sql string) error {
	c, err := tx.FindCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	if c.Fields.GetByName(old) == nil {
		return nil
	}
	if _, err := tx.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
		return fmt.Errorf("copy %s.%s: %w", collection, old, err)
	}
	c.Fields.RemoveByName(old)
	return tx.Save(c)
}
