package kit

import (
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/core"
)

// scopeTest decides in memory whether the record of an audience is in the scope of an account.
type scopeTest func(a *Audience, account string) (bool, error)

const scopeTestsKey = "kit.scopeTests"

func nothing(*Audience, string) (bool, error)    { return false, nil }
func everything(*Audience, string) (bool, error) { return true, nil }

// scopeTests are the tests of a role, by what it does. A scope that cannot be decided in memory has none.
type scopeTests [toUpdate + 1]scopeTest

// scopeTests compiles what each role may do, by collection.
func (c Catalog) scopeTests() map[string]map[Role]scopeTests {
	all := map[string]map[Role]scopeTests{}
	for name, declared := range c {
		all[name] = map[Role]scopeTests{}
		for role, grant := range declared.Policy {
			var tests scopeTests
			for a := range tests {
				tests[a] = c.scopeTest(declared, grant.scope(access(a)))
			}
			all[name][role] = tests
		}
	}
	return all
}

func testsOf(app core.App) map[string]map[Role]scopeTests {
	tests, _ := app.Store().Get(scopeTestsKey).(map[string]map[Role]scopeTests)
	return tests
}

func (c Catalog) scopeTest(in Collection, s Scope) scopeTest {
	var parts []scopeTest
	switch {
	case s.path != "":
		own := c.comparison(in, fexpr.Expr{
			Left:  fexpr.Token{Type: fexpr.TokenIdentifier, Literal: s.path},
			Op:    fexpr.SignEq,
			Right: fexpr.Token{Type: fexpr.TokenIdentifier, Literal: callerID},
		})
		if in.Members.owns(s) {
			own = either(own, isAccountOf(c.memberAccounts(in, s)))
		}
		parts = append(parts, own)
	case s.accounts != "":
		parts = append(parts, isAccountOf(s))
	case s.base != "":
		parts = append(parts, c.filterTest(in, s.base))
	}
	for _, filter := range s.only {
		parts = append(parts, c.filterTest(in, filter))
	}
	return all(parts)
}

func isAccountOf(s Scope) scopeTest {
	return func(a *Audience, account string) (bool, error) {
		accounts, err := a.accountsOf(s)
		return accounts[account], err
	}
}

// either is the disjunction of tests.
func either(tests ...scopeTest) scopeTest {
	return func(a *Audience, account string) (bool, error) {
		for _, test := range tests {
			if holds, err := test(a, account); err != nil || holds {
				return holds, err
			}
		}
		return false, nil
	}
}

// all is the conjunction of tests; nil if one of them is.
func all(parts []scopeTest) scopeTest {
	for _, part := range parts {
		if part == nil {
			return nil
		}
	}
	if len(parts) == 0 {
		return everything
	}
	return func(a *Audience, account string) (bool, error) {
		for _, part := range parts {
			if holds, err := part(a, account); err != nil || !holds {
				return false, err
			}
		}
		return true, nil
	}
}

// filterTest compiles a PocketBase filter; nil if it has more than comparisons of fields
// with constants and with the caller's id.
func (c Catalog) filterTest(in Collection, filter string) scopeTest {
	groups, err := fexpr.Parse(filter)
	if err != nil {
		return nil
	}
	return c.groupsTest(in, groups)
}

// groupsTest compiles conditions that are joined by && and ||. As in SQL, && binds stronger.
func (c Catalog) groupsTest(in Collection, groups []fexpr.ExprGroup) scopeTest {
	var alternatives [][]scopeTest
	for i, group := range groups {
		if i == 0 || group.Join == fexpr.JoinOr {
			alternatives = append(alternatives, nil)
		}
		var test scopeTest
		switch item := group.Item.(type) {
		case fexpr.Expr:
			test = c.comparison(in, item)
		case []fexpr.ExprGroup:
			test = c.groupsTest(in, item)
		}
		if test == nil {
			return nil
		}
		last := len(alternatives) - 1
		alternatives[last] = append(alternatives[last], test)
	}
	tests := make([]scopeTest, len(alternatives))
	for i, alternative := range alternatives {
		tests[i] = all(alternative)
	}
	return either(tests...)
}

const callerID = "@request.auth.id"

// comparison compiles field = constant and field != constant. The field may be one of a
// related record. Without that record text is empty, and true or false are neither.
func (c Catalog) comparison(in Collection, e fexpr.Expr) scopeTest {
	path, name := "", e.Left.Literal
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		path, name = name[:i], name[i+1:]
	}
	field := c.fieldAt(in, path, name)
	if e.Left.Type != fexpr.TokenIdentifier || field == nil || e.Op != fexpr.SignEq && e.Op != fexpr.SignNeq {
		return nil
	}
	var equal func(r *core.Record, account string) bool
	switch literal := e.Right.Literal; {
	case e.Right.Type == fexpr.TokenIdentifier && literal == callerID && isText(field):
		equal = func(r *core.Record, account string) bool { return account != "" && text(r, name) == account }
	case e.Right.Type == fexpr.TokenText && isText(field):
		equal = func(r *core.Record, _ string) bool { return text(r, name) == literal }
	case e.Right.Type == fexpr.TokenIdentifier && (literal == "true" || literal == "false") &&
		field.Type() == core.FieldTypeBool:
		equal = func(r *core.Record, _ string) bool { return r != nil && r.GetBool(name) == (literal == "true") }
	default:
		return nil
	}
	return func(a *Audience, account string) (bool, error) {
		r, err := a.follow(path)
		return err == nil && equal(r, account) == (e.Op == fexpr.SignEq), err
	}
}

func text(r *core.Record, name string) string {
	if r == nil {
		return ""
	}
	return r.GetString(name)
}

// fieldAt returns the field of the collection that a path of relations leads to, or nil.
func (c Catalog) fieldAt(in Collection, path, name string) core.Field {
	for relation := range strings.SplitSeq(path, ".") {
		if path == "" {
			break
		}
		field, ok := in.Field(relation).(*core.RelationField)
		if !ok || field.IsMultiple() {
			return nil
		}
		in = c[c.NameOf(field.CollectionId)]
	}
	if name == core.FieldNameId {
		return &core.TextField{Name: name}
	}
	return in.Field(name)
}

// isText reports whether a field is stored as the text that GetString returns.
func isText(field core.Field) bool {
	switch f := field.(type) {
	case *core.TextField, *core.EmailField, *core.DateField:
		return true
	case *core.SelectField:
		return !f.IsMultiple()
	case *core.RelationField:
		return !f.IsMultiple()
	}
	return false
}
