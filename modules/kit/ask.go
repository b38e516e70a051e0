package kit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// DayAsked is a day of the query, as midnight in UTC: a day without a zone.
func DayAsked(e *core.RequestEvent, name string, otherwise time.Time) (time.Time, error) {
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
