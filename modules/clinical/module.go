// Package clinical is the clinical record of a patient: encounters, vitals, conditions, allergies
// and documents.
package clinical

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the clinical record.
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
		{"Every encounter, and every record of a visit, is of the visit's patient.", `
			SELECT x.id FROM encounters x JOIN appointments a ON a.id = x.appointment
			WHERE a.patient != x.patient OR a.doctor != x.doctor
			UNION ALL
			SELECT x.id FROM vitals x JOIN appointments a ON a.id = x.appointment WHERE a.patient != x.patient
			UNION ALL
			SELECT x.id FROM documents x JOIN appointments a ON a.id = x.appointment WHERE a.patient != x.patient
			UNION ALL
			SELECT x.id FROM conditions x JOIN encounters e ON e.id = x.encounter WHERE e.patient != x.patient`},
		{"Every amendment is of a signed encounter of the same visit.", `
			SELECT x.id FROM encounters x JOIN encounters o ON o.id = x.amends
			WHERE o.status != 'signed' OR o.appointment != x.appointment`},
		{"Corrected vitals are entered in error, and of the same patient as the correction.", `
			SELECT n.id FROM vitals n JOIN vitals o ON o.id = n.corrects
			WHERE o.state != 'entered_in_error' OR o.patient != n.patient`},
	},
	Checks: []kit.Check{
		{Description: "Signed encounters are unchanged since they were signed.", Violations: findAlteredEncounters},
		{Description: "The files of documents are unchanged since they were uploaded.", Violations: findAlteredFiles},
	},
	OpenAPI: openapi,
}
