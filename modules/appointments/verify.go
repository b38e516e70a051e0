package appointments

import "hospital/internal/kit"

var invariants = []kit.Invariant{
	{
		Description: "No doctor has more active appointments at once than their schedule allows, except overbooked ones.",
		Violations:  overlapping("doctor", "AND NOT overbook", "MAX(capacity, 1)"),
	},
	{
		Description: "No two active appointments of a patient overlap.",
		Violations:  overlapping("patient", "", "1"),
	},
	{
		Description: "Every appointment ends after it starts, and takes at most 8 hours.",
		// One that ends in the hour in which it starts needs no date arithmetic.
		Violations: `SELECT id FROM appointments WHERE ends <= starts
			OR substr(ends, 1, 13) > substr(starts, 1, 13)
				AND ends > strftime('%Y-%m-%d %H:%M:%fZ', starts, '+8 hours')`,
	},
	{
		Description: "Every appointment has the status of its last event.",
		Violations: `SELECT a.id FROM appointments a
			WHERE a.status IS NOT (SELECT e."to" FROM appointment_events e
				WHERE e.appointment = a.id ORDER BY e._rowid_ DESC LIMIT 1)`,
	},
	{
		Description: "A cancelled appointment gives no access to the patient's record after it was cancelled.",
		Violations: `SELECT c.id FROM care_team c JOIN appointments a ON a.id = c.appointment
			WHERE a.status = 'cancelled'
				AND c.ends > MAX(c.starts, strftime('%Y-%m-%d %H:%M:%fZ', a.cancelled_at, '+1 minute'))`,
	},
	{
		Description: "Appointment numbers are unique.",
		Violations:  `SELECT number FROM appointments GROUP BY number HAVING COUNT(*) > 1`,
	},
}

// overlapping is a query for the active appointments at whose start a doctor or patient (who) has more of them
// than the capacity of any of those. It reads the appointments once in the order of an index, and finds who has
// an overlap at all. Of these it counts up at each start and down at each end; at one moment ends come first,
// because intervals are half open, and starts count together, as the peers that a window's default frame includes.
// The unary plus keeps SQLite from the index by status, which would need a sort.
func overlapping(who, condition, capacity string) string {
	return `WITH active AS NOT MATERIALIZED (
			SELECT id, ` + who + ` AS who, starts, ends, ` + capacity + ` AS capacity FROM appointments
			WHERE +status IN ('pending', 'approved') AND ends > starts ` + condition + `),
		busy AS MATERIALIZED (
			SELECT DISTINCT who FROM (SELECT who, starts, MAX(ends) OVER (PARTITION BY who ORDER BY starts
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM active)
			WHERE starts < until),
		moments AS (
			SELECT id, who, starts AS at, 1 AS step, capacity FROM active WHERE who IN busy
			UNION ALL SELECT '', who, ends, -1, 0 FROM active WHERE who IN busy),
		counted AS (
			SELECT *, SUM(step) OVER (PARTITION BY who ORDER BY at, step) AS held FROM moments)
		SELECT c.id FROM counted c WHERE c.step = 1 AND c.held > c.capacity
			AND c.held > (SELECT MAX(a.capacity) FROM active a WHERE a.who = c.who AND a.starts <= c.at AND a.ends > c.at)`
}
