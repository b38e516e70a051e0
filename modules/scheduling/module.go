// Package scheduling holds when doctors see patients: their weekly schedules, their time off,
// and the slots that result from both.
package scheduling

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the scheduling.
var Module = kit.Module{
	Name:        "scheduling",
	Collections: []kit.Collection{schedules, timeOff},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"No two schedules of a doctor are valid at the same time.",
			`SELECT a.id FROM schedules a
			JOIN schedules b ON b.doctor = a.doctor AND b.weekday = a.weekday AND b.id != a.id
			WHERE a.active AND b.active AND a.start_time < b.end_time AND b.start_time < a.end_time
			AND (a.valid_from = '' OR b.valid_until = '' OR a.valid_from <= b.valid_until)
			AND (b.valid_from = '' OR a.valid_until = '' OR b.valid_from <= a.valid_until)`},
		{"Every time off ends after it starts.", `SELECT id FROM time_off WHERE ends <= starts`},
	},
	OpenAPI: openapi,
}
