package kit

import (
	"errors"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// Refusals have PocketBase's format: a sentence for people in message, and a code for
// programs in data.<field>.

// Invalid refuses a value: 400.
func Invalid(field, code, sentence string) error {
	return refuse(http.StatusBadRequest, field, code, sentence)
}

// Forbidden refuses an action on a record that the caller may read: 403.
func Forbidden(field, code, sentence string) error {
	return refuse(http.StatusForbidden, field, code, sentence)
}

// Conflict refuses a write because of the current state, such as a lost race or a wrong
// status: 409.
func Conflict(field, code, sentence string) error {
	return refuse(http.StatusConflict, field, code, sentence)
}

// TooManyRequests refuses a request that is allowed again after wait: 429, with the
// seconds in Retry-After.
func TooManyRequests(e *core.RequestEvent, field, code, sentence string, wait time.Duration) error {
	retryAfter(e, wait)
	return refuse(http.StatusTooManyRequests, field, code, sentence)
}

// TooLarge refuses a body of the right form that is too much to handle: 413.
func TooLarge(field, code, sentence string) error {
	return refuse(http.StatusRequestEntityTooLarge, field, code, sentence)
}

// Unavailable refuses what the server cannot do at the moment: 503, with the seconds to wait in
// Retry-After.
func Unavailable(e *core.RequestEvent, field, code, sentence string, wait time.Duration) error {
	retryAfter(e, wait)
	return refuse(http.StatusServiceUnavailable, field, code, sentence)
}

// retryAfter sets the header with the whole seconds after which a client may try again.
func retryAfter(e *core.RequestEvent, wait time.Duration) {
	e.Response.Header().Set("Retry-After", strconv.Itoa(Seconds(wait)))
}

// Seconds rounds a wait up to whole seconds: who waits that long is not refused again.
func Seconds(wait time.Duration) int { return int(math.Ceil(wait.Seconds())) }

func refuse(status int, field, code, sentence string) error {
	return apis.NewApiError(status, sentence, validation.Errors{field: validation.NewError(code, sentence)})
}

// WithParams adds params to a refusal, as data.<field>.params. They are what a client may
// do instead, such as the free slots.
func WithParams(refusal error, params map[string]any) error {
	var refused *router.ApiError
	if !errors.As(refusal, &refused) {
		return refusal
	}
	fields, ok := refused.RawData().(validation.Errors)
	if !ok {
		return refusal
	}
	fields = maps.Clone(fields)
	for field, reason := range fields {
		if e, ok := errors.AsType[validation.Error](reason); ok {
			fields[field] = e.SetParams(params)
		}
	}
	return apis.NewApiError(refused.Status, refused.Message, fields)
}
