package apidocs

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// hasStates reports whether any action needs a certain status.
func (r records) hasStates() bool {
	return slices.ContainsFunc(r.actions, func(a kit.Action) bool { return len(a.From) > 0 })
}

// conflict returns the answer 409 of an update, or nil if there is none.
func (r records) conflict() *yaml.Node {
	versioned := r.Field("version") != nil
	switch {
	case versioned && r.hasStates():
		return refusal("The status does not allow this, or the record was changed by somebody else since you read it.",
			[]string{"invalid_transition", "stale_version"})
	case versioned:
		return refusal("The record was changed by somebody else since you read it.", []string{"stale_version"})
	case r.hasStates():
		return refusal("The status does not allow this.", []string{"invalid_transition"})
	}
	return nil
}

// lifecycle returns the actions on the records as a Markdown table.
func (r records) lifecycle() string {
	if !r.hasStates() {
		return ""
	}
	table := "| action | from | to | roles |\n|---|---|---|---|"
	for _, a := range r.actions {
		var roles []string
		for _, role := range a.Roles {
			roles = append(roles, string(role))
		}
		table += "\n| " + strings.Join([]string{a.Action, cmp.Or(strings.Join(a.From, ", "), "any"),
			cmp.Or(a.To, "unchanged"), cmp.Or(strings.Join(roles, ", "), "the server")}, " | ") + " |"
	}
	return table
}

// table returns the actions as data, in the format of GET /api/hospital/actions/{collection}.
func (r records) table() *yaml.Node {
	rows := &yaml.Node{Kind: yaml.SequenceNode}
	for _, a := range r.actions {
		rows.Content = append(rows.Content,
			inline("action", a.Action, "from", list(a.From), "to", text(a.To), "roles", names(a.Roles)))
	}
	return rows
}
