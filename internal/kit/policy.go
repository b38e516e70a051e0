package kit

import (
	"fmt"
	"slices"
	"strings"
)

// Role is what a signed-in person is to the hospital.
type Role string

// The roles. Guest is who has not signed in. System is the hospital itself: a
// reaction, a cron job, a command. It stands in state tables, never in a policy.
const (
	Guest        Role = "guest"
	Patient      Role = "patient"
	Doctor       Role = "doctor"
	Nurse        Role = "nurse"
	Receptionist Role = "receptionist"
	Accountant   Role = "accountant"
	Admin        Role = "admin"
	System       Role = "system"
)

// Roles are the roles an account can have.
var Roles = []Role{Admin, Doctor, Nurse, Receptionist, Accountant, Patient}

// Policy says, for one collection, what each role may do. A role that is not in
// it may do nothing. The API rules, the list narrowing and the field guard are
// all made from this one value, and the permission test holds it against
// permissions.txt. Nobody deletes: there is no such grant.
type Policy map[Role]Grant

// Grant is what one role may do with one collection.
type Grant struct {
	Read    Scope    // rows it may list, view, subscribe to and expand
	Create  Scope    // rows it may add
	Sets    []string // fields it may give to a new row
	Update  Scope    // rows it may change
	Changes []string // fields it may change
	Sees    []string // the only fields it is shown; nil shows all
	Blind   []string // fields it is not shown
}

// Scope is a set of rows, as seen by the person who asks. The zero Scope is
// empty.
type Scope struct {
	Word  string // what permissions.txt calls it
	rule  string // PocketBase filter; empty with a Word means every row
	where string // the same in SQL, where it lets an index find the rows; {:me} is the caller, @ the collection
	path  string // of Own: the relations that lead to the caller's account
	about string // of others: the field by which a new row is in it or not
}

// All is every row.
var All = Scope{Word: "all"}

// Own is the rows whose path of relations ends at the caller's account:
// Own("patient.user").
func Own(path string) Scope {
	return Scope{Word: "own", rule: path + " = @request.auth.id", path: path}
}

// Rows is a scope with a word of its own. The rule is a PocketBase filter; where
// is SQL for the same rows that an index can answer, over the columns of the
// collection (@.patient) and {:me} and {:now}, or empty when there is nothing to gain.
func Rows(word, rule, where string) Scope { return Scope{Word: word, rule: rule, where: where} }

// Only narrows a scope to rows that also fulfil a PocketBase filter.
func (s Scope) Only(word, rule string) Scope {
	s.Word = word
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

func (s Scope) empty() bool { return s.Word == "" }

// unnarrowed says that a list of the scope goes through all rows.
func (s Scope) unnarrowed() bool { return !s.empty() && s.path == "" && s.where == "" }

// signedIn begins every rule but a guest's. Without it a bare `x = @request.auth.id`
// would match guests wherever x is empty.
const signedIn = `@request.auth.id != "" && @request.auth.status = "active"`

// rule is the PocketBase filter for one action of all roles; nil when no role has it.
func (p Policy) rule(action func(Grant) Scope) *string {
	var guest string
	var roles []string
	for _, role := range append([]Role{Guest}, Roles...) {
		scope := action(p[role])
		switch {
		case scope.empty():
		case role == Guest:
			guest = `@request.auth.id = ""`
			if scope.rule != "" {
				guest += " && (" + scope.rule + ")"
			}
		case scope.rule == "":
			roles = append(roles, fmt.Sprintf(`@request.auth.role = %q`, role))
		default:
			roles = append(roles, fmt.Sprintf(`(@request.auth.role = %q && (%s))`, role, scope.rule))
		}
	}
	var parts []string
	if guest != "" {
		parts = append(parts, "("+guest+")")
	}
	if len(roles) > 0 {
		parts = append(parts, "("+signedIn+" && ("+strings.Join(roles, " || ")+"))")
	}
	if len(parts) == 0 {
		return nil
	}
	rule := strings.Join(parts, " || ")
	return &rule
}

// Reading is the rule for who reads, where a rule of another kind is wanted.
func (p Policy) Reading() string { return *p.rule(reads) }

func reads(g Grant) Scope   { return g.Read }
func creates(g Grant) Scope { return g.Create }
func updates(g Grant) Scope { return g.Update }

// unseen names the declared fields a role is not shown.
func (c Collection) unseen(role Role) []string {
	g := c.Policy[role]
	if g.Sees == nil {
		return g.Blind
	}
	var hidden []string
	for _, f := range c.Fields {
		if !slices.Contains(g.Sees, f.GetName()) {
			hidden = append(hidden, f.GetName())
		}
	}
	return hidden
}

// Rule is the scope as a PocketBase filter, for one that is built on another.
func (s Scope) Rule() string { return s.rule }
