// Package history is one timeline of everything that is recorded about a patient.
// Every reader sees the entries that the record API would show them.
package history

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the timeline. It has no collections of its own.
var Module = kit.Module{
	Name: "history",
	Routes: []kit.Route{
		{Path: "GET /patients/{id}/history", Roles: role.All, Record: "patients", Audit: "history", Handler: timeline},
	},
	OpenAPI: openapi,
}
