package kit

import (
	"regexp"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
)

// Members says that a record belongs either to one record of another collection, by the relation Field, or to
// many, which are its members: rows of the collection Table, with a relation Field of the same name. Records
// with the same members share them: the relation List of a record leads to the record of its own collection
// that has the members, and so does the relation List of each member.
//
// A list that asks for Field finds both kinds, as if a record were stored once for each member.
type Members struct{ Field, Table, List string }

// declared reports whether records of the collection can have members.
func (m Members) declared() bool { return m.Table != "" }

// owns reports whether a scope is that of the records whose Field, or a member, leads to the caller.
func (m Members) owns(s Scope) bool { return m.declared() && strings.HasPrefix(s.path, m.Field+".") }

// membersToo is what a role may read: what leads to the caller by Field, or by a member. A list needs the first
// only, because it reads rows of members.
func (c Collection) membersToo(g Grant) Scope {
	s, m := g.Read, c.Members
	if m.owns(s) {
		s.rule += " || " + m.List + "." + m.Table + "_via_" + m.List + "." + s.path + " ?= @request.auth.id"
	}
	return s
}

// memberAccounts is the scope of the accounts that the members of a record lead to.
func (c Catalog) memberAccounts(in Collection, s Scope) Scope {
	m := in.Members
	_, account, _ := strings.Cut(s.path, ".")
	return Scope{whose: m.List, accounts: "SELECT o.[[" + account + "]] FROM {{" + m.Table + "}} m JOIN {{" +
		c.target(in, m.Field) + "}} o ON o.[[id]] = m.[[" + m.Field + "]] WHERE m.[[" + m.List + "]] = {:id} AND " +
		"o.[[" + account + "]] != ''"}
}

// memberLists wraps the app for a list that asks for members.
type memberLists struct {
	core.App
	listed Collection
	rows   string // SQL of a table expression, by which the list reads rows of members like others
	params dbx.Params
}

// RecordQuery returns a query that reads records with members once for each member, and answers each once.
func (l memberLists) RecordQuery(collection any) *dbx.SelectQuery {
	q := l.App.RecordQuery(collection)
	if c, ok := collection.(*core.Collection); ok && c.Name == l.listed.Name {
		q.PreFragment(l.rows).AndBind(l.params).GroupBy(l.listed.Name + ".id")
	}
	return q
}

// withMembers returns the app for a list: of the caller's own records, or one that names Field in its filter or
// sort. Other lists do not read members.
func (c Catalog) withMembers(listed Collection, e *core.RequestEvent, actor Actor) core.App {
	m := listed.Members
	if !m.declared() { // most collections: their lists parse no query here
		return e.App
	}
	query := e.Request.URL.Query()
	asked := regexp.MustCompile(`\b` + m.Field + `\b`)
	own := !actor.Superuser && m.owns(listed.Policy[actor.Role].Read)
	if !own && !asked.MatchString(query.Get(search.FilterQueryParam)+" "+query.Get(search.SortQueryParam)) {
		return e.App
	}
	where := ""
	if own {
		_, account, _ := strings.Cut(listed.Policy[actor.Role].Read.path, ".")
		where = " AND @ IN (SELECT [[id]] FROM {{" + c.target(listed, m.Field) + "}} WHERE [[" + account + "]] = {:me})"
	}
	return memberLists{e.App, listed, listed.memberRows(where), dbx.Params{"me": actor.ID}}
}

// memberRows replaces the table in a query by its rows, once for each member. where narrows @, the column Field.
func (c Collection) memberRows(where string) string {
	m := c.Members
	arm := func(of, from string) string {
		columns := []string{"r._rowid_ AS _rowid_", "r.[[id]]"}
		for _, f := range c.Fields {
			if f.GetName() != m.Field {
				columns = append(columns, "r.[["+f.GetName()+"]]")
			}
		}
		columns = append(columns, "r.[[created]]", "r.[[updated]]", of+" AS [["+m.Field+"]]")
		return "SELECT " + strings.Join(columns, ", ") + " FROM " + from + strings.ReplaceAll(where, "@", of)
	}
	table := "main.{{" + c.Name + "}} r"
	return "WITH {{" + c.Name + "}} AS (" +
		arm("r.[["+m.Field+"]]", table+" WHERE r.[["+m.List+"]] = ''") + " UNION ALL " +
		arm("m.[["+m.Field+"]]", "{{"+m.Table+"}} m JOIN "+table+" ON r.[["+m.List+"]] = m.[["+m.List+"]]"+
			" WHERE r.[["+m.List+"]] != ''") + ")"
}
