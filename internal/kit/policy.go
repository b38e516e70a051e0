package kit

import (
	"fmt"
	"slices"
	"strings"
)

// Role is what a signed-in person is. The roles themselves are the application's:
// SignIn.Roles lists them.
type Role string

// The two roles every application has.
const (
	Guest  Role = "guest"  // who has not signed in
	System Role = "system" // the application itself: a reaction, a cron job, a command; never in a policy
)

// Policy says, for one collection, what each role may do. A role that is not in
// it may do nothing. The API rules, the list narrowing and the field guard are
// all made from this one value, and the permission test holds it against
// permissions.txt. Nobody deletes: there is no such grant.
type Policy map[Role]Grant

// Grant is what one role may do with one collection.
type Grant struct {
	Read          Scope    // rows it may list, view, subscribe to and expand
	Create        Scope    // rows it may add
	CreateFields  []string // fields it may give to a new row
	Update        Scope    // rows it may change
	UpdateFields  []string // fields it may change
	VisibleFields []string // the only fields it is shown; nil shows all
	HiddenFields  []string // fields it is not shown
}

// Scope is a set of rows, as seen by the person who asks. The zero Scope is
// empty.
type Scope struct {
	Name  string // what permissions.txt calls it
	rule  string // PocketBase filter; empty with a Word means every row
	where string // the same in SQL, where it lets an index find the rows; {:me} is the caller, @ the collection
	path  string // of Own: the relations that lead to the caller's account
	about string // of others: the field by which a new row is in it or not
}

// All is every row.
var All = Scope{Name: "all"}

// Own is the rows whose path of relations ends at the caller's account:
// Own("patient.user").
func Own(path string) Scope {
	return Scope{Name: "own", rule: path + " = @request.auth.id", path: path}
}

// Rows is a scope with a word of its own. The rule is a PocketBase filter; where
// is SQL for the same rows that an index can answer, over the columns of the
// collection (@.patient) and {:me} and {:now}, or empty when there is nothing to gain.
func Rows(word, rule, where string) Scope { return Scope{Name: word, rule: rule, where: where} }

// Only narrows a scope to rows that also fulfil a PocketBase filter.
func (s Scope) Only(word, rule string) Scope {
	s.Name = word
	if s.rule == "" {
		s.rule = rule
		return s
	}
	s.rule = "(" + s.rule + ") && (" + rule + ")"
	return s
}

// About names the field by which a new row is in the scope or not, for the refusal.
func (s Scope) About(field string) Scope {
	s.about = field
	return s
}

func (s Scope) empty() bool { return s.Name == "" }

// unnarrowed says that a list of the scope goes through all rows.
func (s Scope) unnarrowed() bool { return !s.empty() && s.path == "" && s.where == "" }

// signedIn begins every rule but a guest's. Without it a bare `x = @request.auth.id`
// would match guests wherever x is empty.
func (s SignIn) signedIn() string {
	return fmt.Sprintf(`@request.auth.id != "" && @request.auth.%s = %q`, s.StatusField, s.Active)
}

// rule is the PocketBase filter for one action of all roles; nil when no role has it.
func (p Policy) rule(action func(Grant) Scope, signIn SignIn) *string {
	var guest string
	var roles []string
	for _, role := range append([]Role{Guest}, signIn.Roles...) {
		scope := action(p[role])
		switch {
		case scope.empty():
		case role == Guest:
			guest = `@request.auth.id = ""`
			if scope.rule != "" {
				guest += " && (" + scope.rule + ")"
			}
		case scope.rule == "":
			roles = append(roles, fmt.Sprintf(`@request.auth.%s = %q`, signIn.RoleField, role))
		default:
			roles = append(roles, fmt.Sprintf(`(@request.auth.%s = %q && (%s))`, signIn.RoleField, role, scope.rule))
		}
	}
	var parts []string
	if guest != "" {
		parts = append(parts, "("+guest+")")
	}
	if len(roles) > 0 {
		parts = append(parts, "("+signIn.signedIn()+" && ("+strings.Join(roles, " || ")+"))")
	}
	if len(parts) == 0 {
		return nil
	}
	rule := strings.Join(parts, " || ")
	return &rule
}

func reads(g Grant) Scope   { return g.Read }
func creates(g Grant) Scope { return g.Create }
func updates(g Grant) Scope { return g.Update }

// unseen names the declared fields a role is not shown.
func (c Collection) unseen(role Role) []string {
	g := c.Policy[role]
	if g.VisibleFields == nil {
		return g.HiddenFields
	}
	var hidden []string
	for _, f := range c.Fields {
		if !slices.Contains(g.VisibleFields, f.GetName()) {
			hidden = append(hidden, f.GetName())
		}
	}
	return hidden
}

// Rule is the scope as a PocketBase filter, for one that is built on another.
func (s Scope) Rule() string { return s.rule }
