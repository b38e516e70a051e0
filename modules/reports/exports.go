package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/sheet"
)

// export is a table that can be downloaded: the rows of a collection in the order of a moment of theirs, such as when
// they were issued. The table of all is in exports_table.go.
type export struct {
	name       string // of the file, and in the path
	roles      []kit.Role
	collection string
	from       string // SQL: the collection and the tables that it is joined with
	where      string // SQL; empty for all rows
	patient    string // SQL: the patient of a row, for the audit log
	moment     string // SQL: an instant
	number     string // SQL: a unique number, if rows are in its order, because no index has the moment
	currency   string // SQL: the currency of its amounts; empty if it has none
	columns    []column
	always     bool // the whole table, whatever the period
}

// none is the patient of rows that are about none. Such an export is not in the audit log.
const none = "''"

// column is a column of an export: its name, an SQL expression, and what kind of cell it becomes.
type column struct {
	name, sql string
	kind      kind
}

type kind int

const (
	words   kind = iota // a text
	aDay                // the day of an instant
	aDate               // a day, which is stored as one
	clock               // an instant
	count               // a whole number
	amount              // an amount of money in the currency of the row
	percent             // basis points
)

// routes are those of all exports, in both formats.
func exportRoutes() (all []kit.Route) {
	for _, x := range exports {
		audited := "export"
		if x.patient == none {
			audited = ""
		}
		for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
			all = append(all, kit.Route{Path: "GET /reports/" + x.name + "." + string(format), Roles: x.roles,
				Audit: audited, Handler: func(r *kit.Request) error { return x.send(r, format) }})
		}
	}
	return all
}

// send answers with the rows of a period. The query can choose the columns (fields) and narrow the rows with a filter
// as lists have it, by what the caller may read.
func (x export) send(r *kit.Request, format sheet.Format) error {
	b, err := readBooks(r)
	if err != nil {
		return err
	}
	chosen, err := x.choose(r.Request.URL.Query().Get("fields"))
	if err != nil {
		return err
	}
	params := dbx.Params{"at": b.from, "from": b.from, "to": b.to}
	name := b.fileName(x.name)
	if x.always {
		params["at"], params["to"] = "", "9999"
		name = x.name
	}
	if x.number != "" {
		params["at"] = 0
	}
	matching := ""
	if filter := r.Request.URL.Query().Get("filter"); filter != "" {
		if matching, err = kit.Matching(r, x.collection, filter, params); err != nil {
			return err
		}
	}
	file := sheet.New(r, name, format, names(chosen)...)
	return file.Close(x.each(b, r, chosen, x.sql(chosen, matching), params, file))
}

// choose returns the columns with these names, separated by commas, in their own order. Without any it is all.
func (x export) choose(fields string) (chosen []column, err error) {
	if fields == "" {
		return x.columns, nil
	}
	wanted := strings.Split(fields, ",")
	for _, name := range wanted {
		if !slices.Contains(names(x.columns), name) {
			return nil, kit.Invalid("fields", "unknown_field",
				fmt.Sprintf("There is no column %q. There are %s.", name, strings.Join(names(x.columns), ", ")))
		}
	}
	for _, c := range x.columns {
		if slices.Contains(wanted, c.name) {
			chosen = append(chosen, c)
		}
	}
	return chosen, nil
}

func names(columns []column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.name
	}
	return all
}

// sql selects a page of rows. They are in the order of the moment, so that a page begins where the one before ended.
func (x export) sql(chosen []column, matching string) string {
	id, currency := x.collection+".id", x.currency
	if currency == "" {
		currency = "''"
	}
	order, where := x.moment, x.moment+" >= {:at} AND "+x.moment+" < {:to} AND ("+x.moment+", "+id+") > ({:at}, {:id})"
	if x.number != "" {
		order, where = x.number, x.number+" > {:at} AND "+x.moment+" >= {:from} AND "+x.moment+" < {:to}"
	}
	selected := []string{id, "COALESCE(" + x.patient + ", '')", order, currency}
	for _, c := range chosen {
		expression := "COALESCE(" + c.sql + ", '')"
		if c.kind == count || c.kind == amount || c.kind == percent {
			expression = "CAST(COALESCE(" + c.sql + ", 0) AS INTEGER)"
		}
		selected = append(selected, expression)
	}
	if x.where != "" {
		where += " AND " + x.where
	}
	if matching != "" {
		where += " AND " + id + " IN (" + matching + ")"
	}
	return "SELECT " + strings.Join(selected, ", ") + " FROM " + x.from + " WHERE " + where +
		" ORDER BY " + order + ", " + id + " LIMIT {:size}"
}

// pageSize is how many rows are read at a time. A page is sent when it is read, so that slow clients keep no
// connection to the database.
const pageSize = 2_000

// each reads the rows page by page, and audits that they are exported: an entry for each page, with the
// patients that were in no page before.
func (x export) each(b books, r *kit.Request, chosen []column, sql string, params dbx.Params, file *sheet.Writer) error {
	params["id"], params["size"] = "", pageSize
	audited := map[string]bool{}
	for {
		var exported []kit.Row
		n, err := x.page(r, chosen, sql, params, func(e kit.Row, at any, cells []any) {
			if !audited[e.Link] {
				audited[e.Link] = true
				exported = append(exported, e)
			}
			file.Row(cells...)
			params["at"], params["id"] = at, e.ID
		}, b)
		r.LogAccess(exported...)
		if err != nil || file.Flush() != nil || n < pageSize {
			return err
		}
	}
}

// page reads a page of rows.
func (x export) page(r *kit.Request, chosen []column, sql string, params dbx.Params,
	read func(e kit.Row, at any, cells []any), b books,
) (n int, err error) {
	rows, err := r.App.ConcurrentDB().NewQuery(sql).WithContext(r.Request.Context()).Bind(params).Rows()
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	e, currency := kit.Row{Collection: x.collection}, ""
	var at any
	texts, numbers := make([]string, len(chosen)), make([]int64, len(chosen))
	targets := []any{&e.ID, &e.Link, &at, &currency}
	for i, c := range chosen {
		if c.kind == count || c.kind == amount || c.kind == percent {
			targets = append(targets, &numbers[i])
		} else {
			targets = append(targets, &texts[i])
		}
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(targets...); err != nil {
			return n, err
		}
		cells := make([]any, len(chosen))
		for i, c := range chosen {
			cells[i] = b.cell(c.kind, texts[i], numbers[i], currency)
		}
		read(e, at, cells)
	}
	return n, rows.Err()
}

func (b books) cell(k kind, text string, number int64, currency string) any {
	switch k {
	case aDay:
		return sheet.Day(b.local(text))
	case aDate:
		day, _ := time.Parse(time.DateOnly, text) // the zero time if it is empty
		return sheet.Day(day)
	case clock:
		return sheet.Clock(b.local(text))
	case count:
		return int(number)
	case amount:
		return sheet.Amount(money.Amount(number), b.settings.ExponentOf(currency))
	case percent:
		return sheet.Number(percentOf(int(number)))
	}
	return text
}

// local is a stored instant in the hospital's zone; the zero time for none.
func (b books) local(instant string) time.Time {
	at, _ := types.ParseDateTime(instant)
	if at.IsZero() {
		return time.Time{}
	}
	return at.Time().In(b.settings.Zone())
}
