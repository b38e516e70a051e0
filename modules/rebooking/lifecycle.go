package rebooking

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

var planners = kit.By(role.Receptionist, role.Admin)

// lifecycle is what becomes of a rebooking. Every answer names its visits.
var lifecycle = kit.Lifecycle{Collection: "rebookings", Noun: "a rebooking", Then: answerItems, Transitions: kit.Transitions[Status]{
	{Action: "apply", From: kit.From(Proposed), To: Applied, By: planners, Do: applyAll},
	{Action: "withdraw", From: kit.From(Proposed), To: Withdrawn, By: planners},
	{Action: "edit", From: kit.From(Proposed), By: planners},
}}

func applyAll(c kit.Change) error { return applyItems(c.App, c.After, c.Actor) }

func answerItems(c kit.Change) error { return addItemsToResponse(c.App, c.After) }
