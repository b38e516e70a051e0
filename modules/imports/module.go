// Package imports brings the data of another system into the hospital: patients, staff, prices, hours, visits and open
// balances, from CSV files.
//
// A file is checked as a whole first, by the rules of the collections, without keeping anybody from writing. If a
// line is wrong nothing is stored. Then it is applied in transactions of about 25 milliseconds. An import that is
// interrupted between them is unfinished: `hospital verify` says so, no other import begins, and the same command
// finishes it.
package imports

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module declares the imports.
var Module = kit.Module{
	Name:        "imports",
	Collections: []kit.Collection{identifiers, staffIdentifiers, imports},
	Invariants: []kit.Invariant{
		{"Every import is finished.", `SELECT id FROM imports WHERE status != 'done'`},
		{"An identifier of a visit or a bill is of its patient.",
			`SELECT i.id FROM identifiers i LEFT JOIN appointments a ON a.id = i.appointment
				LEFT JOIN bills b ON b.id = i.bill
				WHERE i.appointment != '' AND a.patient IS NOT i.patient OR i.bill != '' AND b.patient IS NOT i.patient`},
	},
	OpenAPI: openapi,
}
