// Package history is a timeline of all records about a patient. A caller sees the entries whose
// records the record API shows them.
package history

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the timeline. It has no collections.
var Module = kit.Module{
	Name: "history",
	Routes: []kit.Route{
		{Path: "GET /patients/{id}/history", Roles: role.All, Record: "patients", Audit: "history", Handler: timeline},
	},
	OpenAPI: openapi,
}
