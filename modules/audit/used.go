package audit

import (
	"maps"
	"slices"
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

const logName = "audit_log"

// logUse logs that staff or a superuser read the log itself, with one entry for a request:
// what was read, and the fields of its filter and sort (IHE ATNA: Audit Log Used). Like all
// reads, those of patients are not logged.
func (b *buffer) logUse(e *core.RequestEvent, action string, c *core.Collection, record string, read ...*core.Record) {
	actor := kit.Caller(e)
	fromLog := func(r *core.Record) bool { return r.Collection().Name == logName }
	if actor.Role == role.Patient || actor.Role == kit.Guest || c.Name != logName && !slices.ContainsFunc(read, fromLog) {
		return
	}
	entry := Entry{Actor: actor, Action: action, Collection: logName, Record: truncate(record), Outcome: Done,
		Changes: map[string][2]string{}}
	query := e.Request.URL.Query()
	for name, fields := range map[string][]string{"filter": filterFields(query.Get("filter")),
		"sort": sortFields(query.Get("sort"))} {
		if len(fields) > 0 {
			entry.Changes[name] = [2]string{"", strings.Join(fields, ", ")}
		}
	}
	b.enqueue(entry)
}

// filterFields returns the fields that a filter names, sorted. PocketBase has accepted the filter.
func filterFields(filter string) []string {
	fields := map[string]bool{}
	groups, err := fexpr.Parse(filter)
	if err != nil {
		return nil // also without a filter
	}
	for len(groups) > 0 {
		item := groups[0].Item
		groups = groups[1:]
		switch item := item.(type) {
		case []fexpr.ExprGroup:
			groups = append(groups, item...)
		case fexpr.ExprGroup:
			groups = append(groups, item)
		case fexpr.Expr:
			tokens := []fexpr.Token{item.Left, item.Right}
			for len(tokens) > 0 {
				t := tokens[0]
				tokens = tokens[1:]
				if t.Type == fexpr.TokenIdentifier && !strings.HasPrefix(t.Literal, "@") {
					fields[t.Literal] = true
				}
				arguments, _ := t.Meta.([]fexpr.Token) // of a function
				tokens = append(tokens, arguments...)
			}
		}
	}
	return slices.Sorted(maps.Keys(fields))
}

// sortFields returns the fields of a sort such as "-at,seq".
func sortFields(sort string) (fields []string) {
	for name := range strings.SplitSeq(sort, ",") {
		if name = strings.TrimLeft(strings.TrimSpace(name), "+-"); name != "" {
			fields = append(fields, name)
		}
	}
	return fields
}
