// Package appointments is the visits: booked, approved, moved, cancelled and
// completed, and never two at once for a doctor or a patient.
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
		{"No doctor has more active appointments at once than their hours allow, except those that staff overbooked.", `SELECT a.id FROM appointments a
			WHERE a.status IN ('pending', 'approved') AND NOT a.overbook AND ` + atOnce("doctor", "COUNT(*) > MAX(MAX(b.capacity), 1)", "AND NOT b.overbook")},
		{"No two active appointments of a patient overlap.", `SELECT a.id FROM appointments a
			WHERE a.status IN ('pending', 'approved') AND ` + atOnce("patient", "COUNT(*) > 1", "")},
		{"Every appointment ends after it starts, within the longest visit.", `SELECT id FROM appointments
			WHERE ends <= starts OR ends > strftime('%Y-%m-%d %H:%M:%fZ', starts, '+8 hours')`},
		{"Every status equals what the last event led to.", `SELECT a.id FROM appointments a
			WHERE a.status IS NOT (SELECT e."to" FROM appointment_events e WHERE e.appointment = a.id ORDER BY e._rowid_ DESC LIMIT 1)`},
		{"Appointment numbers are unique.", `SELECT number FROM appointments GROUP BY number HAVING COUNT(*) > 1`},
	},
	OpenAPI: openapi,
}

// atOnce looks at the moment when appointment a begins: at the active appointments
// that the doctor or patient has then, a among them.
func atOnce(who, tooMany, unless string) string {
	return `(SELECT ` + tooMany + ` FROM appointments b WHERE b.` + who + ` = a.` + who + ` AND b.status IN ('pending', 'approved')
		AND b.starts <= a.starts AND b.starts > ` + longestBefore("a.starts") + ` AND b.ends > a.starts ` + unless + `)`
}
