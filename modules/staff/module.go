// Package staff is who works here: departments, doctors, nurses.
package staff

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the staff.
var Module = kit.Module{
	Name:        "staff",
	Collections: []kit.Collection{departments, doctors, nurses},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"Every doctor's account is a doctor's.",
			`SELECT d.id FROM doctors d JOIN users u ON u.id = d.user WHERE u.role != 'doctor' AND d.active`},
		{"Every nurse's account is a nurse's.",
			`SELECT n.id FROM nurses n JOIN users u ON u.id = n.user WHERE u.role != 'nurse' AND n.active`},
	},
	OpenAPI: openapi,
}
