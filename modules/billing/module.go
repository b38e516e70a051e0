// Package billing creates and issues bills, and records payments, refunds, credit notes and
// discounts.
package billing

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the billing.
var Module = kit.Module{
	Name:        "billing",
	Collections: []kit.Collection{charges, bills, items, discounts, payments, sums, openBalances},
	Lifecycles:  lifecycles,
	Hooks:       hooks,
	Routes: []kit.Route{
		{Path: "GET /patients/{id}/statement", Roles: statementReaders, Record: "patients", Audit: "statement",
			Handler: getStatement},
		{Path: "GET /reports/day-close", Roles: dayCloseReaders, Handler: getDayClose},
	},
	Invariants: invariants,
	OpenAPI:    openapi,
}
