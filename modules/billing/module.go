// Package billing is what a visit costs, what has been paid, and what was taken back.
package billing

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the billing.
var Module = kit.Module{
	Name:        "billing",
	Collections: []kit.Collection{charges, bills, items, discounts, payments},
	Lifecycles:  lifecycles,
	Hooks:       hooks,
	Routes: []kit.Route{
		{Path: "GET /patients/{id}/statement", Roles: statementReaders, Record: "patients", Audit: "statement",
			Handler: statementOfPatient},
		{Path: "GET /reports/day-close", Roles: dayCloseReaders, Handler: dayClose},
	},
	Invariants: invariants,
	OpenAPI:    openapi,
}
