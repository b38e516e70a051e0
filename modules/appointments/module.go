// Package appointments books, approves, moves, cancels and completes visits. Neither a doctor
// nor a patient is ever double booked.
package appointments

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the appointments.
var Module = kit.Module{
	Name:        "appointments",
	Collections: []kit.Collection{appointments, events},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks:       hooks,
	Routes: []kit.Route{
		{Path: "GET /doctors/{id}/slots", Roles: role.All, Record: "doctors", Handler: slotsOfDoctor},
		{Path: "GET /slots", Roles: role.All, Handler: firstSlots},
	},
	Invariants: invariants,
	OpenAPI:    openapi,
}
