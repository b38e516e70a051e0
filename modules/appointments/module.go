// Package appointments is the visits: booked, approved, moved, cancelled and
// completed, and never two at once for a doctor or a patient.
package appointments

import (
	_ "embed"

	"hospital/modules/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the appointments.
var Module = kit.Module{
	Name:        "appointments",
	Collections: []kit.Collection{appointments, events},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"No two active appointments of a doctor overlap, except one that staff overbooked.", overlapping("doctor", "AND NOT a.overbook AND NOT b.overbook")},
		{"No two active appointments of a patient overlap.", overlapping("patient", "")},
		{"Every appointment ends after it starts, within the longest visit.", `SELECT id FROM appointments
			WHERE ends <= starts OR ends > strftime('%Y-%m-%d %H:%M:%fZ', starts, '+8 hours')`},
		{"Every status equals what the last event led to.", `SELECT a.id FROM appointments a
			WHERE a.status IS NOT (SELECT e."to" FROM appointment_events e WHERE e.appointment = a.id ORDER BY e._rowid_ DESC LIMIT 1)`},
		{"Appointment numbers are unique.", `SELECT number FROM appointments GROUP BY number HAVING COUNT(*) > 1`},
	},
	OpenAPI: openapi,
}

func overlapping(who, unless string) string {
	return `SELECT a.id FROM appointments a JOIN appointments b ON b.` + who + ` = a.` + who + ` AND b.id != a.id
		AND b.starts < a.ends AND b.ends > a.starts AND b.starts > strftime('%Y-%m-%d %H:%M:%fZ', a.starts, '-8 hours')
		WHERE a.status IN ('pending', 'approved') AND b.status IN ('pending', 'approved') ` + unless
}
