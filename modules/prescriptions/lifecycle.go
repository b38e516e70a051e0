package prescriptions

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// The policy lets doctors change only their own prescriptions.
var lifecycle = kit.Lifecycle{
	Collection: "prescriptions",
	Noun:       "a prescription",
	Transitions: kit.Transitions[Status]{
		{Action: "issue", From: kit.From(Draft), To: Issued, By: kit.By(role.Doctor), Guard: checkIssue, Do: issue},
		{Action: "discard", From: kit.From(Draft), To: Cancelled, By: kit.By(role.Doctor, kit.System),
			Stamp: "cancelled"},
		{Action: "cancel", From: kit.From(Issued), To: Cancelled, By: kit.By(role.Doctor),
			Guard: requireCancelReason, Stamp: "cancelled"},
		{Action: "supersede", From: kit.From(Issued), To: Superseded, By: kit.By(kit.System)},
		{Action: "edit", From: kit.From(Draft), By: kit.By(role.Doctor)},
	},
}
