// Package patients is who is treated here, and who may open their record.
package patients

import (
	_ "embed"

	"hospital/modules/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the patients.
var Module = kit.Module{
	Name:        "patients",
	Collections: []kit.Collection{patients, careTeam},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"Medical record numbers are unique.", `SELECT mrn FROM patients GROUP BY mrn HAVING COUNT(*) > 1`},
	},
	OpenAPI: openapi,
}
