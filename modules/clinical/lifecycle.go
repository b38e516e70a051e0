package clinical

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// lifecycles is what becomes of what was written: notes are signed, and what was
// entered in error stays so. Whose a record is, and who may write it, is in the policy.
var lifecycles = []kit.Lifecycle{
	{Collection: "encounters", Noun: "an encounter", Transitions: kit.Transitions[Status]{
		{Action: "sign", From: kit.From(Open), To: Signed, By: kit.By(role.Doctor), Guard: requireNotes, Do: sign},
		{Action: "edit", From: kit.From(Open), By: kit.By(role.Doctor)},
	}},
	{Collection: "conditions", Noun: "a condition", Field: "state", Transitions: problemTransitions},
	{Collection: "allergies", Noun: "an allergy", Field: "state", Transitions: problemTransitions},
	{Collection: "vitals", Noun: "vitals", Field: "state", Transitions: kit.Transitions[State]{
		{Action: "withdraw", From: kit.From(Final), To: InError},
	}},
	{Collection: "documents", Noun: "a document", Field: "state", Transitions: kit.Transitions[State]{
		{Action: "withdraw", From: kit.From(Final), To: InError},
		{Action: "edit", From: kit.From(Final)},
	}},
}

// problemTransitions is the table of what a patient has: it may become anything else, until it
// turns out to have been entered in error.
var problemTransitions = kit.Transitions[State]{
	{Action: "reactivate", From: notInError, To: Active, Do: checkChange},
	{Action: "deactivate", From: notInError, To: Inactive, Do: checkChange},
	{Action: "resolve", From: notInError, To: Resolved, Do: checkChange},
	{Action: "withdraw", From: notInError, To: InError, Do: checkChange},
	{Action: "edit", From: notInError, Do: checkChange},
}

var notInError = kit.From(Active, Inactive, Resolved)

func sign(c kit.Change) error {
	c.After.Set("signed_at", kit.Now(c.App))
	c.After.Set("content_hash", digest(c.After))
	return nil
}

func checkChange(c kit.Change) error { return checkProblem(c.App, c.After) }
