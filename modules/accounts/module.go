// Package accounts contains the users collection, registrations, invitations, and the
// rules of signing in.
package accounts

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the accounts.
var Module = kit.Module{
	Name:        "accounts",
	Collections: []kit.Collection{users, registrations, invitations, securityNotices, signIns},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks:       hooks,
	Routes: []kit.Route{
		{Path: "POST /registrations/confirm", Roles: role.Anyone, Handler: confirmRegistration},
		{Path: "POST /registrations/{id}/confirm", Roles: []kit.Role{role.Admin}, Record: "registrations",
			Handler: confirmByAdmin},
		{Path: "POST /invitations/{id}/link", Roles: []kit.Role{role.Admin}, Record: "invitations",
			Handler: copyLink},
		{Path: "POST /invitations/accept", Roles: role.Anyone, Handler: acceptInvitation},
		{Path: "GET /sessions", Roles: role.All, Handler: listSessions},
		{Path: "POST /sessions/end", Roles: role.All, Handler: endSessions},
	},
	Invariants: []kit.Invariant{
		{"Every account has a role and a status.", `SELECT id FROM users WHERE role = '' OR status = ''`},
		{"An invitation names an account exactly when it is accepted.",
			`SELECT id FROM invitations WHERE (status = 'accepted') != (user != '')`},
		{"An accepted or revoked invitation has no valid token.",
			`SELECT id FROM invitations WHERE status != 'open' AND token_hash != ''`},
	},
	OpenAPI: openapi,
}
