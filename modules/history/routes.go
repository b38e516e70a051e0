package history

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

const (
	defaultEntries = 50
	maxEntries     = 200
)

// afterAllKinds sorts after every kind. A position with it comes after all entries of its instant.
const afterAllKinds = "~"

// Entry is a record in the timeline.
type Entry struct {
	Kind   string       `json:"kind"`
	At     string       `json:"at"`
	Record *core.Record `json:"record"`
}

// page is one page of entries.
type page struct {
	Entries []Entry `json:"entries"`
	Cursor  string  `json:"cursor"` // of the next page; empty on the last one
}

func timeline(r *kit.Request) error {
	q, err := readQuery(r)
	if err != nil {
		return err
	}
	result, err := q.page()
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if err := apis.EnrichRecords(r.RequestEvent, result.records(k.name), k.expand...); err != nil {
			return err
		}
	}
	return r.JSON(http.StatusOK, result)
}

// records returns the records of one kind.
func (p page) records(kind string) (records []*core.Record) {
	for _, entry := range p.Entries {
		if entry.Kind == kind {
			records = append(records, entry.Record)
		}
	}
	return records
}

// readQuery reads limit, kinds, from, to and cursor.
func readQuery(r *kit.Request) (q query, err error) {
	q = query{request: r}
	if q.limit, err = r.QueryLimit(defaultEntries, maxEntries); err != nil {
		return q, err
	}
	if q.kinds, err = readKinds(r); err != nil {
		return q, err
	}
	settings, err := hospital.Of(r.App)
	if err != nil {
		return q, err
	}
	from, err := r.QueryDay("from", time.Time{})
	if err != nil {
		return q, err
	}
	to, err := r.QueryDay("to", time.Time{})
	if err != nil {
		return q, err
	}
	if !from.IsZero() {
		q.from = kit.FormatInstant(scheduling.StartOfDay(from, settings.Zone()))
	}
	q.after = position{at: "9999", kind: afterAllKinds}
	if !to.IsZero() {
		q.after.at = kit.FormatInstant(scheduling.StartOfDay(to.AddDate(0, 0, 1), settings.Zone()))
	}
	if cursor := r.Request.URL.Query().Get("cursor"); cursor != "" {
		if q.after, err = parseCursor(cursor); err != nil {
			return q, kit.Invalid("cursor", "invalid_cursor", "Send the cursor of the previous page unchanged.")
		}
	}
	return q, nil
}

// readKinds returns the kinds that the query names, or all. It leaves out kinds whose collection the
// caller's role cannot read.
func readKinds(r *kit.Request) (wanted []kind, err error) {
	text := r.Request.URL.Query().Get("kinds")
	names := strings.Split(text, ",")
	for _, name := range names {
		if name != "" && !slices.ContainsFunc(kinds, func(k kind) bool { return k.name == name }) {
			return nil, kit.Invalid("kinds", "unknown_kind", "There is no kind of entries called "+name+".")
		}
	}
	for _, k := range kinds {
		if (text == "" || slices.Contains(names, k.name)) && kit.Reads(r.App, r.Caller.Role, k.collection) {
			wanted = append(wanted, k)
		}
	}
	return wanted, nil
}
