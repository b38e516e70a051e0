// Package migrations brings a database to the declared schema, and changes stored data where
// a new release needs it.
package migrations

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules"
)

// All declared collections are one migration. Its name contains their fingerprint, so
// PocketBase applies it once after every change, before newer data migrations and in one
// transaction with them.
func init() {
	declared := kit.CatalogOf(modules.All)
	core.AppMigrations.Register(declared.Apply, nil, "0000000000_schema_"+declared.Fingerprint()+".go")
}
