package kit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// QueryDay is a day of the query, as midnight in UTC: a day without a zone.
func QueryDay(e *core.RequestEvent, name string, otherwise time.Time) (time.Time, error) {
	text := e.Request.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	d, err := time.Parse(time.DateOnly, text)
	if err != nil || d.Year() < 1900 || d.Year() > 9000 {
		return d, Invalid(name, "invalid_date", "This must be a day such as 2030-12-31.")
	}
	return d, nil
}

// AuthorizedRecord is the record that a route is about, and who asks. One that the
// collection does not show to them is as if there were none.
func AuthorizedRecord(e *core.RequestEvent, collection string) (*core.Record, Actor, error) {
	actor, err := RequireCaller(e)
	if err != nil {
		return nil, actor, err
	}
	info, err := e.RequestInfo()
	if err != nil {
		return nil, actor, err
	}
	record, err := e.App.FindRecordById(collection, e.Request.PathValue("id"))
	if err != nil {
		return nil, actor, e.NotFoundError("", err)
	}
	if may, err := e.App.CanAccessRecord(record, info, record.Collection().ViewRule); err != nil || !may && !actor.Superuser {
		return nil, actor, e.NotFoundError("", err)
	}
	return record, actor, nil
}
