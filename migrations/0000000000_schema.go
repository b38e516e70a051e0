// Package migrations brings a database to what the code declares, and moves the
// data that a declaration cannot move.
package migrations

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules"
)

// The declared collections are one migration whose name carries their
// fingerprint: PocketBase's own runner applies it exactly once after every
// change, before newer data steps and in one transaction with them.
func init() {
	declared := kit.CatalogOf(modules.All)
	core.AppMigrations.Register(declared.Apply, nil, "0000000000_schema_"+declared.Fingerprint()+".go")
}
