// Package clinical is what doctors and nurses note of a patient: the notes of a
// visit, vitals, conditions, allergies and documents.
package clinical

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the clinical record.
var Module = kit.Module{
	Name:        "clinical",
	Collections: []kit.Collection{encounters, vitals, conditions, allergies, documents, codes},
	Lifecycles:  lifecycles,
	Hooks: func(app core.App) {
		kit.OnCreate(app, "encounters", createEncounter)
		kit.OnCreate(app, "vitals", createVitals)
		kit.OnCreate(app, "conditions", createProblem)
		kit.OnCreate(app, "allergies", createProblem)
		kit.OnCreate(app, "documents", createDocument)
		setDownloadHeaders(app)
	},
	Invariants: []kit.Invariant{
		{"Every encounter, and what is noted of a visit, is of the visit's patient.", `
			SELECT x.id FROM encounters x JOIN appointments a ON a.id = x.appointment WHERE a.patient != x.patient OR a.doctor != x.doctor
			UNION ALL SELECT x.id FROM vitals x JOIN appointments a ON a.id = x.appointment WHERE a.patient != x.patient
			UNION ALL SELECT x.id FROM documents x JOIN appointments a ON a.id = x.appointment WHERE a.patient != x.patient
			UNION ALL SELECT x.id FROM conditions x JOIN encounters e ON e.id = x.encounter WHERE e.patient != x.patient`},
		{"Every amendment is of a signed encounter of the same visit.", `SELECT x.id FROM encounters x JOIN encounters o ON o.id = x.amends
			WHERE o.status != 'signed' OR o.appointment != x.appointment`},
		{"Vitals that were corrected are entered in error, and of the same patient.", `SELECT n.id FROM vitals n JOIN vitals o ON o.id = n.corrects
			WHERE o.state != 'entered_in_error' OR o.patient != n.patient`},
	},
	Checks: []kit.Check{
		{Description: "Signed encounters are as they were signed.", Violations: func(app core.App) ([]string, error) {
			return kit.FindViolations(app, "encounters", "status = 'signed' || content_hash != ''", func(r *core.Record) (bool, error) {
				return r.GetString("status") == string(Signed) && r.GetString("content_hash") == digest(r), nil
			})
		}},
		{Description: "Documents hold the files that were filed.", Violations: findAlteredFiles},
	},
	OpenAPI: openapi,
}
