package history

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/audit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

const (
	usualEntries = 50
	mostEntries  = 200
)

// last is behind every kind, so that nothing of that very moment follows.
const last = "~"

// Entry is one thing that happened.
type Entry struct {
	Kind   string       `json:"kind"`
	At     string       `json:"at"`
	Record *core.Record `json:"record"`
}

// page is the newest entries that were asked for, and where the next page begins.
type page struct {
	Entries []Entry `json:"entries"`
	Cursor  string  `json:"cursor"` // empty on the last page
}

func timeline(e *core.RequestEvent) error {
	patient, actor, err := kit.AuthorizedRecord(e, "patients")
	if err != nil {
		return err
	}
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	q, limit, err := ask(e, actor, patient.Id)
	if err != nil {
		return err
	}
	answer, err := q.page(e, info, limit)
	if err != nil {
		return err
	}
	audit.Seen(e.App, actor, "history", patient)
	for _, k := range kinds {
		if err := apis.EnrichRecords(e, answer.of(k.name), k.expand...); err != nil {
			return err
		}
	}
	return e.JSON(http.StatusOK, answer)
}

func (p page) of(kind string) (records []*core.Record) {
	for _, entry := range p.Entries {
		if entry.Kind == kind {
			records = append(records, entry.Record)
		}
	}
	return records
}

// ask reads a question.
func ask(e *core.RequestEvent, actor kit.Actor, patient string) (q question, limit int, err error) {
	asked := e.Request.URL.Query()
	q = question{app: e.App, patient: patient, superuser: actor.Superuser}
	if limit, err = number(asked.Get("limit")); err != nil {
		return q, 0, err
	}
	wanted := strings.Split(asked.Get("kinds"), ",")
	for _, k := range kinds {
		if (asked.Get("kinds") == "" || slices.Contains(wanted, k.name)) && kit.Reads(e.App, actor.Role, k.collection) {
			q.kinds = append(q.kinds, k)
		}
	}
	for _, name := range wanted {
		if name != "" && !slices.ContainsFunc(kinds, func(k kind) bool { return k.name == name }) {
			return q, 0, kit.Invalid("kinds", "unknown_kind", "There is no kind "+name+" of entries.")
		}
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return q, 0, err
	}
	day := func(name string, after int) (time.Time, error) {
		text := asked.Get(name)
		if text == "" {
			return time.Time{}, nil
		}
		d, err := time.Parse(time.DateOnly, text)
		if err != nil || d.Year() < 1800 || d.Year() > 9000 {
			return d, kit.Invalid(name, "invalid_date", "This must be a day such as 2030-12-31.")
		}
		return scheduling.StartOfDay(d.AddDate(0, 0, after), settings.Zone()), nil
	}
	from, err := day("from", 0)
	if err != nil {
		return q, 0, err
	}
	before, err := day("to", 1)
	if err != nil {
		return q, 0, err
	}
	if !from.IsZero() {
		q.from = kit.FormatInstant(from)
	}
	q.after = position{at: "9999", kind: last}
	if !before.IsZero() {
		q.after.at = kit.FormatInstant(before)
	}
	if text := asked.Get("cursor"); text != "" {
		if q.after, err = positionOf(text); err != nil {
			return q, 0, kit.Invalid("cursor", "invalid_cursor", "Send the cursor of the page before, as it was.")
		}
	}
	return q, limit, nil
}

func number(text string) (int, error) {
	if text == "" {
		return usualEntries, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostEntries {
		return 0, kit.Invalid("limit", "invalid_number", "This must be a whole number from 1 to "+strconv.Itoa(mostEntries)+".")
	}
	return n, nil
}
