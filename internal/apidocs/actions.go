package apidocs

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// hasStates says that not everything can be done at any time.
func (r records) hasStates() bool {
	return slices.ContainsFunc(r.actions, func(a kit.Action) bool { return len(a.From) > 0 })
}

// conflict is the answer to a change that comes too late, nil where none does.
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

// does is the lifecycle of the records as a table for people.
func (r records) does() string {
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

// table is the lifecycle for programs, as GET /api/hospital/actions/{collection} answers it.
func (r records) table() *yaml.Node {
	rows := &yaml.Node{Kind: yaml.SequenceNode}
	for _, a := range r.actions {
		rows.Content = append(rows.Content,
			inline("action", a.Action, "from", list(a.From), "to", text(a.To), "roles", names(a.Roles)))
	}
	return rows
}
