package accounts

import "hospital/internal/kit"

// lifecycle is the lifecycle of an invitation. Accepted and revoked are final.
var lifecycle = kit.Lifecycle{Collection: "invitations", Noun: "an invitation",
	Transitions: kit.Transitions[InvitationStatus]{
		{Action: "accept", From: kit.From(Open), To: Accepted, When: bySystem, By: kit.By(kit.System), Do: closeInvitation},
		{Action: "revoke", From: kit.From(Open), To: Revoked, Do: closeInvitation},
		{Action: "edit"},
	}}

func bySystem(c kit.Change) bool { return c.Actor.Role == kit.System }

// closeInvitation sets the time and invalidates the link that was sent.
func closeInvitation(c kit.Change) error {
	Invitation{c.After}.close(kit.Now(c.App))
	return nil
}
