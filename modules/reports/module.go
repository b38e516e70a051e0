// Package reports is what is printed and exported of the books, and what they add
// up to. It calculates no bill: every number is one that is stored.
package reports

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the reports. It holds nothing of its own.
var Module = kit.Module{
	Name:    "reports",
	Routes:  routes,
	OpenAPI: openapi,
}

func routes(api *kit.Routes) {
	api.GET("/bills/{id}/pdf", billPDF)
	api.GET("/bills/{id}/csv", billCSV)
	api.GET("/payments/{id}/receipt", receiptPDF)
	api.GET("/reports/bills.csv", billsCSV)
	api.GET("/reports/payments.csv", paymentsCSV)
	api.GET("/reports/billing", statistics)
}
