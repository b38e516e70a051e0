package kit

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Request is an authorized request to a Route.
type Request struct {
	*core.RequestEvent
	Caller Actor
	Record *core.Record // of Route.Record; nil when the route is not about one record

	action string // of its audit entries
	log    AccessLog
}

// Token returns the token that a request was sent with, as PocketBase reads it: with or
// without the scheme Bearer.
func Token(r *http.Request) string {
	const scheme = "Bearer "
	token := r.Header.Get("Authorization")
	if len(token) > len(scheme) && strings.EqualFold(token[:len(scheme)], scheme) {
		return token[len(scheme):]
	}
	return token
}

// Truncate returns at most so many bytes of a text, without half of a character.
func Truncate(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}

// BindBody reads the body of a request into a struct.
func BindBody(e *core.RequestEvent, sent any) error {
	if err := e.BindBody(sent); err != nil {
		return e.BadRequestError("The body could not be read.", err)
	}
	return nil
}

// Attach sets headers with which browsers save the answer as a file with this name. The
// access is audited as an export.
func (r *Request) Attach(name, contentType string) {
	r.action = auditExport
	r.Response.Header().Set("Content-Type", contentType)
	r.Response.Header().Set("Content-Disposition",
		mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// LogAccess audits that the answer contains rows other than r.Record, which is always
// audited. Call it before they are sent, because sending may fail halfway.
func (r *Request) LogAccess(rows ...Row) { r.log(r.App, r.Caller, r.action, rows...) }

// QueryDay parses a day in a query parameter, as midnight in UTC: a day has no time zone.
// It returns fallback without the parameter, and refuses days outside of the years 1900
// to 9000 with 400 invalid_date.
func (r *Request) QueryDay(name string, fallback time.Time) (time.Time, error) {
	text := r.Request.URL.Query().Get(name)
	if text == "" {
		return fallback, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1900 || day.Year() > 9000 {
		return day, Invalid(name, "invalid_date", "This must be a day such as 2030-12-31.")
	}
	return day, nil
}

// QueryLimit parses the query parameter limit, the number of entries in the answer. It
// returns fallback without the parameter, and refuses numbers outside of 1 to max with
// 400 invalid_number.
func (r *Request) QueryLimit(fallback, max int) (int, error) {
	text := r.Request.URL.Query().Get("limit")
	if text == "" {
		return fallback, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > max {
		return 0, Invalid("limit", "invalid_number", "This must be a whole number from 1 to "+strconv.Itoa(max)+".")
	}
	return limit, nil
}
