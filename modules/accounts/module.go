// Package accounts is who signs in: one users collection with a role and a
// status, and how one comes by an account.
package accounts

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the accounts.
var Module = kit.Module{
	Name:        "accounts",
	Collections: []kit.Collection{users, registrations, invitations},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks:       hooks,
	Routes: []kit.Route{
		{Path: "POST /registrations/confirm", Roles: role.Anyone, Handler: confirmRegistration},
		{Path: "POST /invitations/accept", Roles: role.Anyone, Handler: acceptInvitation},
	},
	Invariants: []kit.Invariant{
		{"Every account has a role and a status.", `SELECT id FROM users WHERE role = '' OR status = ''`},
		{"Every accepted invitation says whose account it became.", `SELECT id FROM invitations WHERE (status = 'accepted') != (user != '')`},
		{"Nothing of an invitation that is settled opens anything.", `SELECT id FROM invitations WHERE status != 'open' AND token_hash != ''`},
	},
	OpenAPI: openapi,
}
