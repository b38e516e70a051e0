// Package reports prints and exports bills, payments and statistics. It calculates no
// bill: every amount is one that is stored.
package reports

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the reports. It has no collections of its own.
var Module = kit.Module{
	Name: "reports",
	Routes: append([]kit.Route{
		{Path: "GET /bills/{id}/pdf", Roles: billReaders, Record: "bills", Audit: "export", Handler: billPDF},
		{Path: "GET /bills/{id}/csv", Roles: billReaders, Record: "bills", Audit: "export", Handler: billCSV},
		{Path: "GET /payments/{id}/receipt", Roles: billReaders, Record: "payments", Audit: "export", Handler: receiptPDF},
		{Path: "GET /patients/{id}/export", Roles: recordReaders, Record: "patients", Audit: "export", Handler: recordZIP},
		{Path: "GET /reports/billing", Roles: bookReaders, Handler: statistics},
	}, exportRoutes()...),
	OpenAPI: openapi,
}

var (
	billReaders   = []kit.Role{role.Patient, role.Receptionist, role.Accountant, role.Admin}
	recordReaders = []kit.Role{role.Patient, role.Admin}
	bookReaders   = []kit.Role{role.Accountant, role.Admin}
)
