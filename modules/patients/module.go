// Package patients contains patients, their care teams, emergency access, and merges of
// duplicate records.
package patients

import (
	_ "embed"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the patients.
var Module = kit.Module{
	Name:        "patients",
	Collections: []kit.Collection{patients, histories, careTeam, emergencies, merges, mergeItems, linkCodes},
	Lifecycles:  lifecycles,
	Hooks:       hooks,
	Routes: []kit.Route{
		{Path: "POST /patients/link", Roles: []kit.Role{role.Patient}, Handler: linkRecord},
	},
	Invariants: []kit.Invariant{
		{"A code that was used names the account.",
			`SELECT id FROM link_codes WHERE (used_at != '') != (used_by != '')`},
		{"Medical record numbers are unique.", `SELECT mrn FROM patients GROUP BY mrn HAVING COUNT(*) > 1`},
		{"Every emergency access has a care team entry that does not last longer.",
			`SELECT b.id FROM break_glass b WHERE NOT EXISTS (
			SELECT 1 FROM care_team c WHERE c.id = b.entry AND c.patient = b.patient AND c.user = b.user
				AND c.source = 'break_glass' AND c.ends <= b.ends)`},
		{"A merged patient is not active, and there is a merge for it.", `SELECT p.id FROM patients p
			WHERE p.merged_into != '' AND (p.active OR NOT EXISTS (
				SELECT 1 FROM patient_merges m
				WHERE m.duplicate = p.id AND m.survivor = p.merged_into AND m.status = 'merged'))`},
	},
	Checks:  []kit.Check{{Description: "No record belongs to a merged patient.", Violations: leftBehind}},
	OpenAPI: openapi,
}
