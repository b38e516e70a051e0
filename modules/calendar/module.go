// Package calendar is a feed of the visits of a patient or a doctor, for the calendar on their phone.
package calendar

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// readers are the roles that have visits of their own.
var readers = []kit.Role{role.Patient, role.Doctor}

// feeds hold what a calendar program needs to read a feed: the address has a secret, of which only a hash is stored.
var feeds = kit.Collection{
	Name: "calendar_feeds",
	Description: "The address from which a calendar program reads the visits of an account. Only its owner makes, " +
		"renews and revokes it, through the routes below /api/hospital/calendar.",
	Fields: kit.Fields{
		kit.Relation("user", "users").Required().Help("Account whose visits it has."),
		kit.Text("secret_hash", 64).Required().Help("SHA-256 of the secret in the address."),
		kit.Text("issued_for", 64).Required().
			Help("SHA-256 of what ends with every password change and sign-out everywhere. The feed ends with it."),
		kit.Instant(lastUsedAt).Help("When it was last read. Written at most once an hour."),
		kit.Instant(loggedAt).
			Help("When the audit log last noted that a doctor's visits were read. Written at most once an hour."),
	},
	Indexes:  []kit.Index{{Columns: "user", Unique: true}, {Columns: "secret_hash", Unique: true}},
	Policy:   kit.Policy{},
	RawText:  []string{"secret_hash", "issued_for"},
	Expiring: true,
}

// Module is the calendar.
var Module = kit.Module{
	Name:        "calendar",
	Collections: []kit.Collection{feeds},
	Routes: []kit.Route{
		{Path: "GET /calendar", Roles: readers, Handler: show},
		{Path: "POST /calendar", Roles: readers, Handler: renew},
		{Path: "DELETE /calendar", Roles: readers, Handler: revoke},
		{Path: "GET /calendar/{secret}", Roles: role.Anyone, Secret: true, Handler: read},
	},
	OpenAPI: openapi,
}
