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
	Invariants: []kit.Invariant{
		{"No doctor has more active appointments at once than their schedule allows, except overbooked ones.",
			`SELECT a.id FROM appointments a
			WHERE a.status IN ('pending', 'approved') AND NOT a.overbook
			AND ` + concurrentAtStart("doctor", "COUNT(*) > MAX(MAX(b.capacity), 1)", "AND NOT b.overbook")},
		{"No two active appointments of a patient overlap.",
			`SELECT a.id FROM appointments a
			WHERE a.status IN ('pending', 'approved') AND ` + concurrentAtStart("patient", "COUNT(*) > 1", "")},
		{"Every appointment ends after it starts, and takes at most 8 hours.",
			`SELECT id FROM appointments
			WHERE ends <= starts OR ends > strftime('%Y-%m-%d %H:%M:%fZ', starts, '+8 hours')`},
		{"Every appointment has the status of its last event.",
			`SELECT a.id FROM appointments a
			WHERE a.status IS NOT (SELECT e."to" FROM appointment_events e
				WHERE e.appointment = a.id ORDER BY e._rowid_ DESC LIMIT 1)`},
		{"A cancelled appointment gives no access to the patient's record after it was cancelled.",
			`SELECT c.id FROM care_team c JOIN appointments a ON a.id = c.appointment
			WHERE a.status = 'cancelled'
				AND c.ends > MAX(c.starts, strftime('%Y-%m-%d %H:%M:%fZ', a.cancelled_at, '+1 minute'))`},
		{"Appointment numbers are unique.", `SELECT number FROM appointments GROUP BY number HAVING COUNT(*) > 1`},
	},
	OpenAPI: openapi,
}

// concurrentAtStart is SQL over the active appointments of the doctor or patient at the start
// of appointment a, which is one of them.
func concurrentAtStart(who, tooMany, unless string) string {
	return `(SELECT ` + tooMany + ` FROM appointments b
		WHERE b.` + who + ` = a.` + who + ` AND b.status IN ('pending', 'approved')
		AND b.starts <= a.starts AND b.starts > ` + maxVisitBefore("a.starts") + ` AND b.ends > a.starts ` + unless + `)`
}
