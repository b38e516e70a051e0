// Package prescriptions is what doctors prescribe: drafts that are theirs alone,
// and what was issued, which stays as it is.
package prescriptions

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the prescriptions.
var Module = kit.Module{
	Name:        "prescriptions",
	Collections: []kit.Collection{prescriptions, items},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks: func(app core.App) {
		kit.OnCreate(app, "prescriptions", createPrescription)
		kit.OnCreate(app, "prescription_items", createItem)
		kit.OnUpdate(app, "prescription_items", updateItem)
	},
	Invariants: []kit.Invariant{
		{"Every prescription is of its visit's patient and doctor, and its items of the same patient.", `
			SELECT p.id FROM prescriptions p JOIN appointments a ON a.id = p.appointment WHERE a.patient != p.patient OR a.doctor != p.doctor
			UNION ALL SELECT i.id FROM prescription_items i JOIN prescriptions p ON p.id = i.prescription WHERE i.patient != p.patient`},
		{"What was issued has a number and items, and what was not has none.", `SELECT p.id FROM prescriptions p
			WHERE (p.issued_at != '') != (p.number != '') OR (p.status IN ('issued', 'superseded') AND p.issued_at = '') OR (p.status = 'draft' AND p.issued_at != '')
			OR (p.issued_at != '' AND NOT EXISTS (SELECT 1 FROM prescription_items i WHERE i.prescription = p.id AND NOT i.removed))`},
		{"Exactly the superseded prescriptions were replaced by one that was issued.", `SELECT p.id FROM prescriptions p
			WHERE (p.status = 'superseded') != EXISTS (SELECT 1 FROM prescriptions n WHERE n.replaces = p.id AND n.issued_at != '')`},
		{"Prescription numbers are unique and without gaps.", `SELECT number FROM prescriptions WHERE number != '' GROUP BY number HAVING COUNT(*) > 1
			UNION ALL SELECT 'counter' WHERE (SELECT COUNT(*) FROM prescriptions WHERE number != '') != COALESCE((SELECT value FROM counters WHERE series = 'prescriptions'), 0)`},
	},
	Checks: []kit.Check{
		{Description: "Issued prescriptions are as they were issued.", Violations: func(app core.App) ([]string, error) {
			return kit.FindViolations(app, "prescriptions", "issued_at != '' || content_hash != ''", func(r *core.Record) (bool, error) {
				sum, err := digest(app, r)
				return sum == r.GetString("content_hash"), err
			})
		}},
	},
	OpenAPI: openapi,
}
