package audit

import (
	"slices"
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"

	"hospital/internal/kit"
	"hospital/internal/role"
)

const (
	logName    = "audit_log"
	listedName = "audit_log_patients" // the patients of lists
)

// isLog says that a collection is part of the log.
func isLog(collection string) bool { return collection == logName || collection == listedName }

// logUse logs that staff or a superuser read the log itself, with one entry for a request:
// what was read, and the fields of its filter and sort (IHE ATNA: Audit Log Used). Like all
// reads, those of patients are not logged.
func (b *buffer) logUse(e *core.RequestEvent, action string, c *core.Collection, record string, read []kit.Row) {
	actor := kit.Caller(e)
	fromLog := func(r kit.Row) bool { return isLog(r.Collection) }
	if actor.Role == role.Patient || actor.Role == kit.Guest || !isLog(c.Name) && !slices.ContainsFunc(read, fromLog) {
		return
	}
	collection := logName
	if isLog(c.Name) {
		collection = c.Name
	}
	entry := Entry{Actor: actor, Action: action, Collection: collection, Record: truncate(record), Outcome: Done,
		Changes: map[string][2]string{}}
	query := e.Request.URL.Query()
	for name, fields := range map[string][]string{"filter": filterFields(query.Get("filter")),
		"sort": sortFields(query.Get("sort"))} {
		if len(fields) > 0 {
			entry.Changes[name] = [2]string{"", strings.Join(fields, ", ")}
		}
	}
	b.push(pending{entry: entry, adds: true})
}

// filterFields returns the fields that a filter names, sorted.
func filterFields(filter string) []string {
	groups, err := fexpr.Parse(filter)
	if err != nil {
		return nil // PocketBase refuses it, or there is no filter
	}
	fields := slices.DeleteFunc(namesIn(groups), func(name string) bool { return strings.HasPrefix(name, "@") })
	slices.Sort(fields)
	return slices.Compact(fields)
}

// sortFields returns the fields of a sort such as "-at,seq".
func sortFields(sort string) (fields []string) {
	for _, field := range search.ParseSortFromString(sort) {
		if field.Name != "" {
			fields = append(fields, field.Name)
		}
	}
	return fields
}
