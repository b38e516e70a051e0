package kit

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// DeleteAll deletes records of an Expiring collection.
func DeleteAll(app core.App, collection string, which dbx.Expression) error {
	found, err := app.FindAllRecords(collection, which)
	if err != nil {
		return err
	}
	for _, record := range found {
		if err := app.Delete(record); err != nil {
			return err
		}
	}
	return nil
}

// Expired are the records whose field `expires` has passed.
func Expired(app core.App) dbx.Expression {
	return dbx.NewExp("expires <= {:now}", dbx.Params{"now": FormatInstant(Now(app))})
}
