package patients

import "hospital/internal/kit"

var lifecycles = []kit.Lifecycle{
	{Collection: "patient_merges", Noun: "a merge", Transitions: kit.Transitions[MergeStatus]{
		{Action: "undo", From: kit.From(Merged), To: Undone, By: mergers, Guard: canUndo, Stamp: "undone", Then: undo},
	}},
	{Collection: "break_glass", Noun: "an emergency access", Field: "verdict", Transitions: kit.Transitions[string]{
		{Action: "review", When: kit.AnyChange, Stamp: "reviewed"},
	}},
}
