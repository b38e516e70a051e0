package apidocs

import (
	"slices"
	"strings"

	"hospital/internal/kit"
)

// access describes the policy of a collection for people who write clients.
type access struct {
	kit.Collection
	roles  []kit.Role        // guests first
	scopes map[string]string // the text for each scope of a policy: "own" is "their own"
}

// action selects the scope and the fields of one action from a grant.
type action struct {
	scope  func(kit.Grant) kit.Scope
	fields func(kit.Grant) []string
}

var (
	reading  = action{scope: func(g kit.Grant) kit.Scope { return g.Read }}
	creating = action{
		scope:  func(g kit.Grant) kit.Scope { return g.Create },
		fields: func(g kit.Grant) []string { return g.CreateFields },
	}
	updating = action{
		scope:  func(g kit.Grant) kit.Scope { return g.Update },
		fields: func(g kit.Grant) []string { return g.UpdateFields },
	}
)

// may returns the roles that may do an action on any records.
func (a access) may(do action) (roles []kit.Role) {
	for _, role := range a.roles {
		if do.scope(a.Policy[role]).Name != "" {
			roles = append(roles, role)
		}
	}
	return roles
}

// who describes the roles of an action and their records: "Allowed: nurses and admins
// (all); patients (their own)."
func (a access) who(do action) string {
	var scopes []string
	grouped := map[string][]string{}
	for _, role := range a.may(do) {
		scope := do.scope(a.Policy[role]).Name
		if grouped[scope] == nil {
			scopes = append(scopes, scope)
		}
		grouped[scope] = append(grouped[scope], string(role)+"s")
	}
	var groups []string
	for _, scope := range scopes {
		roles := and(grouped[scope])
		switch len(grouped[scope]) {
		case len(a.roles):
			roles = "everybody, also without signing in"
		case len(a.roles) - 1:
			if grouped[scope][0] != string(kit.Guest)+"s" {
				roles = "everybody who is signed in"
			}
		}
		groups = append(groups, roles+" ("+a.scopes[scope]+")")
	}
	return "Allowed: " + strings.Join(groups, "; ") + "."
}

// sends returns a table of the fields that each role may send. It is empty if all roles may
// send the same.
func (a access) sends(do action, order []string) string {
	var rows []string
	fields := map[string][]string{}
	for _, role := range a.may(do) {
		row := a.inOrder(do.fields(a.Policy[role]), order)
		if fields[row] == nil {
			rows = append(rows, row)
		}
		fields[row] = append(fields[row], string(role))
	}
	if len(rows) < 2 {
		return ""
	}
	table := "| role | may send |\n|---|---|"
	for _, row := range rows {
		table += "\n| " + strings.Join(fields[row], ", ") + " | " + row + " |"
	}
	return table
}

// shown describes the fields that some roles may not read.
func (a access) shown() string {
	var rows []string
	roles := map[string][]string{}
	for _, role := range a.may(reading) {
		hidden := slices.DeleteFunc(slices.Clone(a.HiddenFrom(role)), func(name string) bool { return !a.visible(name) })
		grant := a.Policy[role]
		row := ""
		switch {
		case len(hidden) == 0:
			continue
		case grant.VisibleFields != nil && len(grant.VisibleFields) < len(hidden):
			row = "are shown " + quoted(grant.VisibleFields) + " only"
		default:
			row = "are not shown " + quoted(hidden)
		}
		if roles[row] == nil {
			rows = append(rows, row)
		}
		roles[row] = append(roles[row], string(role)+"s")
	}
	var sentences []string
	for _, row := range rows {
		sentences = append(sentences, capitalized(and(roles[row]))+" "+row+".")
	}
	return strings.Join(sentences, " ")
}

// always reports whether every role that reads the records may read a field.
func (a access) always(name string) bool {
	return !slices.ContainsFunc(a.may(reading), func(role kit.Role) bool {
		return slices.Contains(a.HiddenFrom(role), name)
	})
}

// visible reports whether any role may read a field.
func (a access) visible(name string) bool {
	return slices.ContainsFunc(a.may(reading), func(role kit.Role) bool {
		return !slices.Contains(a.HiddenFrom(role), name)
	})
}

// sent returns the fields that any role may send.
func (a access) sent(do action) (names []string) {
	for _, role := range a.may(do) {
		for _, name := range do.fields(a.Policy[role]) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// refusesFields reports whether a role that may do an action may not write a field that
// another role may write.
func (a access) refusesFields(do action) bool {
	written := append(a.sent(creating), a.sent(updating)...)
	return slices.ContainsFunc(a.may(do), func(role kit.Role) bool {
		return slices.ContainsFunc(written, func(name string) bool {
			return !slices.Contains(do.fields(a.Policy[role]), name)
		})
	})
}

// refusesReaders reports whether any role may read records that it may not change.
func (a access) refusesReaders() bool {
	return slices.ContainsFunc(a.may(reading), func(role kit.Role) bool {
		grant := a.Policy[role]
		return grant.Update.Name != grant.Read.Name
	})
}

func (a access) inOrder(names, order []string) string {
	return quoted(slices.SortedFunc(slices.Values(names), func(x, y string) int {
		return slices.Index(order, x) - slices.Index(order, y)
	}))
}

// quoted formats names as code: `a`, `b`.
func quoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// and joins words in a sentence: a, b and c.
func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func capitalized(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
