package clinical

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// The policies say which records a role can change.
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

// problemTransitions are those of conditions and allergies. Only entered in error is final.
var problemTransitions = kit.Transitions[State]{
	{Action: "reactivate", From: notInError, To: Active, Do: updateProblem},
	{Action: "deactivate", From: notInError, To: Inactive, Do: updateProblem},
	{Action: "resolve", From: notInError, To: Resolved, Do: updateProblem},
	{Action: "withdraw", From: notInError, To: InError, Do: updateProblem},
	{Action: "edit", From: notInError, Do: updateProblem},
}

var notInError = kit.From(Active, Inactive, Resolved)
