// Package rebooking moves or cancels the visits that overlap a time off. The hospital proposes
// an outcome for each, the front desk reviews them, and then they are applied together.
package rebooking

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the rebooking.
var Module = kit.Module{
	Name:        "rebooking",
	Collections: []kit.Collection{rebookings, items},
	Lifecycles:  []kit.Lifecycle{lifecycle},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"Every applied rebooking counts its visits.", `SELECT r.id FROM rebookings r WHERE r.status = 'applied'
			AND (r.moved != (SELECT COUNT(*) FROM rebooking_items i WHERE i.rebooking = r.id AND i.outcome = 'move')
			OR r.cancelled != (SELECT COUNT(*) FROM rebooking_items i WHERE i.rebooking = r.id AND i.outcome = 'cancel'))`},
	},
	OpenAPI: openapi,
}
