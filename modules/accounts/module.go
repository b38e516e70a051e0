// Package accounts is who signs in: one users collection with a role and a
// status.
package accounts

import (
	_ "embed"

	"hospital/modules/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the accounts.
var Module = kit.Module{
	Name:        "accounts",
	Collections: []kit.Collection{users},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"Every account has a role and a status.", `SELECT id FROM users WHERE role = '' OR status = ''`},
	},
	OpenAPI: openapi,
}
