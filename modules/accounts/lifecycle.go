package accounts

import "hospital/internal/kit"

// lifecycle is what becomes of an invitation. Accepted and revoked are final.
var lifecycle = kit.Lifecycle{Collection: "invitations", Noun: "an invitation", Transitions: kit.Transitions[InvitationStatus]{
	{Action: "accept", From: kit.From(Open), To: Accepted, When: bySystem, By: kit.By(kit.System), Do: settleInvitation},
	{Action: "revoke", From: kit.From(Open), To: Revoked, Do: settleInvitation},
	{Action: "edit"},
}}

func bySystem(c kit.Change) bool { return c.Actor.Role == kit.System }

// settleInvitation ends the link that was sent.
func settleInvitation(c kit.Change) error {
	Invitation{c.After}.settle(kit.Now(c.App))
	return nil
}
