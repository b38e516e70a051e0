// Package prescriptions has the prescriptions of doctors and their drugs. Only its doctor sees a
// draft; an issued prescription never changes.
package prescriptions

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the prescriptions.
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
			SELECT p.id FROM prescriptions p JOIN appointments a ON a.id = p.appointment
			WHERE a.patient != p.patient OR a.doctor != p.doctor
			UNION ALL
			SELECT i.id FROM prescription_items i JOIN prescriptions p ON p.id = i.prescription
			WHERE i.patient != p.patient`},
		{"Issued prescriptions have a number and items; others have no number.", `
			SELECT p.id FROM prescriptions p
			WHERE (p.issued_at != '') != (p.number != '')
			OR (p.status IN ('issued', 'superseded') AND p.issued_at = '')
			OR (p.status = 'draft' AND p.issued_at != '')
			OR (p.issued_at != '' AND NOT EXISTS (
				SELECT 1 FROM prescription_items i WHERE i.prescription = p.id AND NOT i.removed))`},
		{"A prescription is superseded if and only if another that replaces it was issued.", `
			SELECT p.id FROM prescriptions p
			WHERE (p.status = 'superseded') != EXISTS (
				SELECT 1 FROM prescriptions n WHERE n.replaces = p.id AND n.issued_at != '')`},
		{"Prescription numbers are unique and without gaps.", `
			SELECT number FROM prescriptions WHERE number != '' GROUP BY number HAVING COUNT(*) > 1
			UNION ALL
			SELECT 'counter' WHERE (SELECT COUNT(*) FROM prescriptions WHERE number != '')
				!= COALESCE((SELECT value FROM counters WHERE series = 'prescriptions'), 0)`},
	},
	Checks: []kit.Check{
		{Description: "Issued prescriptions are unchanged since they were issued.", Violations: findAltered},
	},
	OpenAPI: openapi,
}
