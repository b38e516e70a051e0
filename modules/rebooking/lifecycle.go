package rebooking

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

var planners = kit.By(role.Receptionist, role.Admin)

// lifecycle is what can be done with a rebooking. Every response contains its items.
var lifecycle = kit.Lifecycle{
	Collection: "rebookings",
	Noun:       "a rebooking",
	Then:       func(c kit.Change) error { return addItemsToResponse(c.App, c.After) },
	Transitions: kit.Transitions[Status]{
		{Action: "apply", From: kit.From(Proposed), To: Applied, By: planners, Stamp: "applied", Do: applyItems},
		{Action: "withdraw", From: kit.From(Proposed), To: Withdrawn, By: planners},
		{Action: "edit", From: kit.From(Proposed), By: planners},
	},
}
