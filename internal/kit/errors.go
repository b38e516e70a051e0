package kit

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// Refusals have PocketBase's one shape: a sentence for a person in message, and
// under data.<field> a code for programs.

// Invalid refuses a value: 400.
func Invalid(field, code, sentence string) error {
	return refuse(http.StatusBadRequest, field, code, sentence)
}

// Forbidden refuses a verb on a record the caller may see: 403.
func Forbidden(field, code, sentence string) error {
	return refuse(http.StatusForbidden, field, code, sentence)
}

// Conflict refuses what would have been right at another moment: 409, for a lost
// race or a wrong state.
func Conflict(field, code, sentence string) error {
	return refuse(http.StatusConflict, field, code, sentence)
}

// TooManyRequests refuses what would be right after a while: 429, with the seconds to wait in
// Retry-After.
func TooManyRequests(e *core.RequestEvent, field, code, sentence string, wait time.Duration) error {
	e.Response.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
	return refuse(http.StatusTooManyRequests, field, code, sentence)
}

// TooLarge refuses a body of the right form that is too much to handle: 413.
func TooLarge(field, code, sentence string) error {
	return refuse(http.StatusRequestEntityTooLarge, field, code, sentence)
}

// Unavailable refuses what the server cannot do at the moment: 503, with the seconds to wait in
// Retry-After.
func Unavailable(e *core.RequestEvent, field, code, sentence string, wait time.Duration) error {
	e.Response.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	return refuse(http.StatusServiceUnavailable, field, code, sentence)
}

func refuse(status int, field, code, sentence string) error {
	return apis.NewApiError(status, sentence, validation.Errors{field: validation.NewError(code, sentence)})
}

// WithParams is a refusal that says in data.<field>.params what would do instead.
func WithParams(refusal error, params map[string]any) error {
	var refused *router.ApiError
	if !errors.As(refusal, &refused) {
		return refusal
	}
	said, ok := refused.RawData().(validation.Errors)
	if !ok {
		return refusal
	}
	said = maps.Clone(said)
	for field, why := range said {
		if e, ok := errors.AsType[validation.Error](why); ok {
			said[field] = e.SetParams(params)
		}
	}
	return apis.NewApiError(refused.Status, refused.Message, said)
}
