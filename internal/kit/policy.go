package kit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Role is the role of an account, such as "doctor". SignIn.Roles lists the application's
// roles.
type Role string

// The two roles that every application has.
const (
	Guest  Role = "guest"  // somebody who is not signed in
	System Role = "system" // the application itself: a reaction, cron job or command; never in a policy
)

// Policy says what each role may do with the records of one collection. A role that is not
// in it may do nothing, and no role may delete. The API rules, the list narrowing and the
// field guard are made from this value; a test compares it with permissions.txt.
type Policy map[Role]Grant

// Grant is what one role may do with one collection.
type Grant struct {
	Read          Scope    // rows it may list, view, subscribe to and expand
	Create        Scope    // rows it may create
	CreateFields  []string // fields it may set when it creates one
	Update        Scope    // rows it may change
	UpdateFields  []string // fields it may change
	VisibleFields []string // the only fields it may read; nil for all
	HiddenFields  []string // fields it may not read
}

// access is what a caller does with a record.
type access int

const (
	toRead access = iota
	toCreate
	toUpdate
)

func (g Grant) scope(a access) Scope { return [...]Scope{g.Read, g.Create, g.Update}[a] }

// Scope is a set of rows. It depends on the caller. The zero Scope is empty.
type Scope struct {
	Name  string // its name in permissions.txt
	rule  string // PocketBase filter; with a Name and no rule the scope is every row
	where string // the same in SQL, if that lets an index find the rows; {:me} is the caller, @ the collection
	path  string // of Own: the relations that lead to the caller's account
	about string // of others: the field that decides whether a new row is in the scope

	base     string   // of Rows: the rule without what Only added
	only     []string // what Only added
	accounts string   // SQL for the accounts whose scope contains a row
	whose    string   // the relation that leads to {:id} of accounts
}

// All is every row.
var All = Scope{Name: "all"}

// Own is the rows whose path of relations ends at the caller's account, as in
// Own("patient.user").
func Own(path string) Scope {
	return Scope{Name: "own", rule: path + " = @request.auth.id", path: path}
}

// Rows is the rows that match a PocketBase filter. where is SQL for the same rows that an
// index can answer, with the columns of the collection as @.patient, {:me} and {:now}. It is
// empty when no index helps.
func Rows(name, rule, where string) Scope {
	return Scope{Name: name, rule: rule, where: where, base: rule}
}

// Accounts sets SQL for the accounts whose scope contains a row, so that all listeners of a change are decided at
// once, and so are few rows of one account. Its column is user; {:id} is the id that a relation of the row holds,
// or the row's own id; {:now} is the time.
func (s Scope) Accounts(relation, query string) Scope {
	s.whose, s.accounts = relation, query
	return s
}

// params are the values of the SQL of scopes.
func (a Actor) params() dbx.Params {
	return dbx.Params{"me": a.ID, "now": types.NowDateTime().String()}
}

// ofCaller is SQL for the rows of the scope that looks at each row, as is fastest for a few of them.
func (s Scope) ofCaller(collection string, actor Actor) dbx.Expression {
	accounts := strings.ReplaceAll(s.accounts, "{:id}", "[["+collection+"."+s.whose+"]]")
	return dbx.NewExp("EXISTS (SELECT 1 FROM ("+accounts+") WHERE user = {:me})", actor.params())
}

// Only narrows a scope to rows that also match a PocketBase filter.
func (s Scope) Only(name, rule string) Scope {
	s.Name, s.only = name, append(slices.Clone(s.only), rule)
	if s.rule == "" {
		s.rule = rule
		return s
	}
	s.rule = "(" + s.rule + ") && (" + rule + ")"
	return s
}

// rest is the part of the rule that the SQL of a list does not say by where or path.
func (s Scope) rest() string {
	if s.path == "" && s.where == "" {
		return s.rule
	}
	if len(s.only) == 0 {
		return ""
	}
	return "(" + strings.Join(s.only, ") && (") + ")"
}

// About sets the field that decides whether a new row is in the scope. Refusals name it.
func (s Scope) About(field string) Scope {
	s.about = field
	return s
}

func (s Scope) empty() bool { return s.Name == "" }

// unnarrowed reports whether listing the scope scans all rows.
func (s Scope) unnarrowed() bool { return !s.empty() && s.path == "" && s.where == "" }

// signedIn is the first part of every rule except the guests'. Without it
// `x = @request.auth.id` would match guests wherever x is empty.
func (s SignIn) signedIn() string {
	return fmt.Sprintf(`@request.auth.id != "" && @request.auth.%s = %q`, s.StatusField, s.Active)
}

// rule returns the PocketBase filter of one action for all roles, or nil when no role may
// do it.
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

func reading(g Grant) Scope { return g.Read }
func creates(g Grant) Scope { return g.Create }
func updates(g Grant) Scope { return g.Update }

// unseen lists the declared fields that a role may not read.
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

// Rule returns the PocketBase filter of the scope, to build another on it.
func (s Scope) Rule() string { return s.rule }
