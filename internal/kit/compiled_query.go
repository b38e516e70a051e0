package kit

import (
	"database/sql"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
)

// maxQuery is how long a query may take, as in PocketBase.
const maxQuery = 30 * time.Second

// clientQuery is the query of a view or a list.
type clientQuery struct {
	page, perPage int
	skipTotal     bool
	filter, sort  string
	expand        []string // relations
	byID          bool     // only records whose ids are known
}

// parse reads a query. It answers false for all that PocketBase has to answer: what compiled
// reads do not know, and what it refuses.
func parse(query string, list bool) (a clientQuery, ok bool) {
	a = clientQuery{page: 1, perPage: search.DefaultPerPage, byID: !list}
	if query == "" {
		return a, true
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return a, false
	}
	for name, all := range values {
		value := all[0]
		switch {
		case value == "":
		case name == "expand":
			a.expand = strings.Split(value, ",")
		case !list:
			return a, false
		case name == search.PageQueryParam:
			a.page, err = strconv.Atoi(value)
		case name == search.PerPageQueryParam:
			a.perPage, err = strconv.Atoi(value)
		case name == search.SkipTotalQueryParam:
			a.skipTotal, err = strconv.ParseBool(value)
		case name == search.FilterQueryParam:
			a.filter = value
		case name == search.SortQueryParam:
			a.sort = value
		default:
			return a, false
		}
		if err != nil || len(all) > 1 {
			return a, false
		}
	}
	if a.page <= 0 {
		a.page = 1
	}
	if a.perPage <= 0 {
		a.perPage = search.DefaultPerPage
	}
	a.perPage = min(a.perPage, search.MaxPerPage)
	tooLong := len(a.filter) > search.MaxFilterLength || len(a.sort) > search.MaxSortFieldLength
	forSuperusers := strings.Contains(a.filter+a.sort, "@collection.") || strings.Contains(a.filter+a.sort, "@request.")
	return a, !tooLong && !forSuperusers && !strings.Contains(a.sort, "@rowid")
}

// query is the SELECT of the rows that the caller may read, as far as the client asks for
// them. The parser, the fields and the joins of filter and sort are PocketBase's.
func (c *compiled) query(view callerView, info *core.RequestInfo, a clientQuery) (*dbx.SelectQuery, error) {
	q := view.App.ConcurrentDB().Select(c.selected).From(c.stored.Name)
	if a.byID && c.grant.Read.accounts != "" {
		q.AndWhere(c.grant.Read.ofCaller(c.stored.Name, view.actor))
	} else {
		view.catalog.narrow(q, c.declared, view.actor)
	}
	if c.rest == "" && a.filter == "" && a.sort == "" {
		return q, nil
	}
	narrowing := len(q.Info().Join)
	resolver := core.NewRecordFieldResolver(view, c.seen, info, true)
	if c.rest != "" {
		expr, err := search.FilterData(c.rest).BuildExpr(resolver)
		if err != nil {
			return nil, err
		}
		q.AndWhere(expr)
	}
	resolver.SetAllowHiddenFields(false)
	if a.filter != "" {
		expr, err := search.FilterData(a.filter).BuildExprWithLimit(resolver, search.DefaultFilterExprLimit)
		if err != nil {
			return nil, err
		}
		q.AndWhere(expr)
	}
	if a.sort != "" {
		fields := search.ParseSortFromString(a.sort)
		if len(fields) > search.DefaultSortExprLimit {
			return nil, search.ErrSortExprLimit
		}
		for _, field := range fields {
			expr, err := field.BuildExpr(resolver)
			if err != nil {
				return nil, err
			}
			if expr != "" {
				q.AndOrderBy(expr)
			}
		}
	}
	if err := resolver.UpdateQuery(q); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(q.Info().Join[narrowing:], multiplies) {
		q.Distinct(false)
	}
	return q, nil
}

// byID is the join of the one record that a relation leads to.
var byID = regexp.MustCompile(`^\[\[\w+\.id\]\] = \[\[\w+\.\w+\]\]$`)

// multiplies reports whether a join may match several records for one row.
func multiplies(join dbx.JoinInfo) bool {
	on, ok := join.On.(*dbx.Exp)
	return !ok || !byID.MatchString(on.Build(nil, dbx.Params{}))
}

// total turns a query for rows into one for their number.
func (c *compiled) total(q *dbx.SelectQuery) *dbx.SelectQuery {
	what := "COUNT(*)"
	if q.Info().Distinct {
		what = "COUNT(DISTINCT [[" + c.stored.Name + "._rowid_]])"
	}
	return q.Distinct(false).Select(what).OrderBy()
}

// each calls a function with the values of every row. They are valid until it returns.
func (c *compiled) each(rows *sql.Rows, row func(values []sql.RawBytes) error) error {
	defer rows.Close()
	values := make([]sql.RawBytes, c.width)
	targets := make([]any, len(values))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}
