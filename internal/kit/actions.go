package kit

import (
	"net/http"
	"slices"
)

// Action is a row of a lifecycle as clients see it.
type Action struct {
	Action string   `json:"action"`
	From   []string `json:"from"`  // empty: from any status
	To     string   `json:"to"`    // empty: the status stays
	Roles  []Role   `json:"roles"` // empty: the server itself
}

// Actions lists the rows of a lifecycle. The roles are those that the row names and
// that may update the collection; which records they may change is in the policy.
func (l Lifecycle) Actions(policy Policy, roles []Role) []Action {
	rows := l.Transitions.rows()
	actions := make([]Action, len(rows))
	for i, r := range rows {
		actions[i] = Action{Action: r.Action, From: slices.Concat([]string{}, r.From), To: r.To, Roles: []Role{}}
		for _, role := range roles {
			if (r.By == nil || slices.Contains(r.By, role)) && !policy[role].Update.empty() {
				actions[i].Roles = append(actions[i].Roles, role)
			}
		}
	}
	return actions
}

// actionsRoute answers which role may do which action from which status, so that
// clients need no copy of the lifecycles.
func actionsRoute(modules []Module, declared Catalog) Route {
	lifecycles := map[string]Lifecycle{}
	for _, m := range modules {
		for _, l := range m.Lifecycles {
			lifecycles[l.Collection] = l
		}
	}
	roles := declared.signIn().Roles
	return Route{Path: "GET /actions/{collection}", Roles: roles, Handler: func(r *Request) error {
		l, ok := lifecycles[r.Request.PathValue("collection")]
		if !ok {
			return r.NotFoundError("There is no such collection, or its records have no lifecycle.", nil)
		}
		return r.JSON(http.StatusOK, map[string]any{"collection": l.Collection, "field": l.field(),
			"actions": l.Actions(declared[l.Collection].Policy, roles)})
	}}
}
