package kit

import (
	"mime"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Request is one request of a Route that was let through.
type Request struct {
	*core.RequestEvent
	Caller Actor
	Record *core.Record // of Route.Record; nil when the route is not about one record

	action string // of its audit entries
	log    AccessLog
}

// Attach sets the headers of an answer that browsers save as a file with this name.
// The audit log calls such an answer an export.
func (r *Request) Attach(name, contentType string) {
	r.action = auditExport
	r.Response.Header().Set("Content-Type", contentType)
	r.Response.Header().Set("Content-Disposition",
		mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// LogAccess audits that the answer shows records beside r.Record, which is audited
// without it. Call it before a record is sent: the answer may break off.
func (r *Request) LogAccess(records ...*core.Record) {
	r.log(r.App, r.Caller, r.action, records...)
}

// QueryDay is a day of the query as midnight in UTC: a day has no zone. It is
// otherwise when the query does not name one, and refused with 400 invalid_date
// outside of the years 1900 to 9000.
func (r *Request) QueryDay(name string, otherwise time.Time) (time.Time, error) {
	text := r.Request.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1900 || day.Year() > 9000 {
		return day, Invalid(name, "invalid_date", "This must be a day such as 2030-12-31.")
	}
	return day, nil
}

// QueryLimit is the number of entries that the query asks for, as limit. Outside of
// 1 to most it is refused with 400 invalid_number.
func (r *Request) QueryLimit(otherwise, most int) (int, error) {
	text := r.Request.URL.Query().Get("limit")
	if text == "" {
		return otherwise, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > most {
		return 0, Invalid("limit", "invalid_number", "This must be a whole number from 1 to "+strconv.Itoa(most)+".")
	}
	return limit, nil
}
