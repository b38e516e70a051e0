package audit

import (
	"cmp"
	"encoding/json/jsontext"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
)

// logSignIns logs successful and failed sign-ins.
func logSignIns(app core.App, buf *buffer) {
	app.OnRecordAuthRequest().BindFunc(func(e *core.RecordAuthRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if e.Auth != nil && e.Auth.IsSuperuser() && e.Auth.Id != e.Record.Id {
			return nil // an impersonation, which logOperators logs
		}
		actor := kit.CallerAs(e.RequestEvent, e.Record)
		entry := Entry{
			Actor: actor, Action: "sign in", Collection: e.Collection.Name, Record: e.Record.Id, Outcome: Done,
		}
		if e.AuthMethod == "" {
			entry.Action = "refresh"
		}
		buf.enqueue(entry)
		buf.logRows(actor, "view", kit.ExpandedRows(e.App, e.Record))
		return nil
	})
	app.OnMailerRecordPasswordResetSend().BindFunc(func(e *core.MailerRecordEvent) error {
		buf.enqueue(Entry{
			Actor: kit.ActorOf(e.Record), Action: "ask for a new password",
			Collection: e.Record.Collection().Name, Record: e.Record.Id, Outcome: Done,
		})
		return e.Next()
	})
	// A token from a mail proves that the caller owns the account.
	app.OnRecordConfirmPasswordResetRequest().BindFunc(func(e *core.RecordConfirmPasswordResetRequestEvent) error {
		kit.SetActor(kit.CallerAs(e.RequestEvent, e.Record), e.Record)
		return e.Next()
	})
	app.OnRecordConfirmVerificationRequest().BindFunc(func(e *core.RecordConfirmVerificationRequestEvent) error {
		kit.SetActor(kit.CallerAs(e.RequestEvent, e.Record), e.Record)
		return e.Next()
	})
	app.OnRecordConfirmEmailChangeRequest().BindFunc(func(e *core.RecordConfirmEmailChangeRequestEvent) error {
		kit.SetActor(kit.CallerAs(e.RequestEvent, e.Record), e.Record)
		return e.Next()
	})
	app.OnRecordAuthWithPasswordRequest().BindFunc(func(e *core.RecordAuthWithPasswordRequestEvent) error {
		err := e.Next()
		if err != nil {
			entry := Entry{
				Actor: kit.Caller(e.RequestEvent), Action: "sign in", Collection: e.Collection.Name, Outcome: Refused,
			}
			if errors.Is(err, apis.ErrMFA) { // the password is right and a code must follow
				entry.Action, entry.Outcome = "password", Done
			}
			if e.Record != nil { // the sent identity is not logged, because it may be a mistyped password
				entry.Record = e.Record.Id
			}
			buf.attempt(entry, http.StatusBadRequest)
			e.Set(alreadyLogged, true)
		}
		return err
	})
}

// tokenActor returns who makes a request. Downloads have their token in the query.
func tokenActor(e *core.RequestEvent) kit.Actor {
	if e.Request.Pattern != "GET /api/backups/{key}" && !strings.HasPrefix(e.Request.Pattern, "GET /api/files/") {
		return kit.Caller(e)
	}
	auth, err := e.App.FindAuthRecordByToken(e.Request.URL.Query().Get("token"), core.TokenTypeFile)
	if err != nil {
		return kit.Caller(e)
	}
	return kit.CallerAs(e, auth)
}

// alreadyLogged marks a request whose refusal is already in the log.
const alreadyLogged = "hospital.audit.logged"

// logRefusals logs refused requests that isAttempt reports, such as access to a record of
// another person.
func (b *buffer) logRefusals(e *core.RequestEvent) error {
	err := e.Next()
	if err == nil || e.Get(alreadyLogged) != nil || !strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return err
	}
	refused := router.ToApiError(err)
	entry := Entry{
		Actor: tokenActor(e), Collection: requestCollection(e),
		Record:  truncate(cmp.Or(e.Request.PathValue("id"), e.Request.PathValue("recordId"))),
		Outcome: Refused,
	}
	method := e.Request.Method
	if inner, i := batchRefusal(refused); inner != nil {
		refused = inner
		method, entry.Collection, entry.Record = batchRequest(e, i)
	}
	if !isAttempt(e.Request, refused) {
		return err
	}
	entry.Action = strings.ToLower(truncate(method)) + " " + strconv.Itoa(refused.Status)
	b.attempt(entry, refused.Status)
	return err
}

// attemptCodes are the codes of refusals with status 400 that are attempts: to write records
// of others, fields that only the server writes or unknown fields, or to use a wrong token
// or password.
var attemptCodes = []string{
	"not_yours", "not_allowed", "server_owned", "unknown_field", "validation_invalid_old_password",
	"validation_values_mismatch", "validation_invalid_token", "invalid_token", "wrong_password",
	"invalid_link_code",
}

// isAttempt reports whether a refused request may be an attempt to do something that is not
// allowed, in contrast to a lost race or an invalid value.
func isAttempt(r *http.Request, refused *router.ApiError) bool {
	switch refused.Status {
	case http.StatusConflict:
		return false
	case http.StatusBadRequest:
	default:
		return refused.Status < 500
	}
	fields, _ := refused.RawData().(validation.Errors)
	writing := strings.Contains(r.Pattern, "/records") && r.Method != http.MethodGet
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/collections/") && !strings.Contains(r.Pattern, "/records"):
		return true // a token, a code, a password
	case len(fields) == 0 && writing: // PocketBase gives no field for a malformed body
		cause, _ := refused.RawData().(error)
		// A duplicate key can bypass a proxy that checks the body, if it reads the other value.
		return cause != nil &&
			(strings.Contains(cause.Error(), "rule failure") || errors.Is(cause, jsontext.ErrDuplicateName))
	case len(fields) == 0:
		return true // a filter on a hidden field
	}
	for _, fieldError := range fields {
		if coded, ok := fieldError.(interface{ Code() string }); ok && slices.Contains(attemptCodes, coded.Code()) {
			return true
		}
	}
	return false
}

// requestCollection returns the collection of a request, or its path without one.
func requestCollection(e *core.RequestEvent) string {
	address := strings.TrimPrefix(kit.PublicPath(e.App, e.Request.URL.Path), "/api/")
	return truncate(cmp.Or(e.Request.PathValue("collection"), kit.RouteOf(e).Record, address))
}

// batchRefusal returns the refusal of a request in a batch, and the index of that request.
func batchRefusal(refused *router.ApiError) (inner *router.ApiError, which string) {
	requests, _ := refused.Data["requests"].(map[string]any)
	for i, one := range requests {
		fields, _ := one.(map[string]any)
		if inner, ok := fields["response"].(*router.ApiError); ok {
			return inner, i
		}
	}
	return nil, ""
}

// batchRequest returns the method, the collection and the record of a request in a batch.
func batchRequest(e *core.RequestEvent, which string) (method, collection, record string) {
	info, err := e.RequestInfo()
	if err != nil {
		return "", "", ""
	}
	requests, _ := info.Body["requests"].([]any)
	i, err := strconv.Atoi(which)
	if err != nil || i >= len(requests) {
		return "", "", ""
	}
	one, _ := requests[i].(map[string]any)
	method, _ = one["method"].(string)
	address, _ := one["url"].(string)
	collection, record = parseBatchURL(address)
	return method, collection, record
}

func parseBatchURL(address string) (collection, record string) {
	path, _, _ := strings.Cut(strings.TrimPrefix(address, "/api/collections/"), "?")
	collection, path, _ = strings.Cut(path, "/")
	return truncate(collection), truncate(strings.TrimPrefix(strings.TrimPrefix(path, "records"), "/"))
}

// truncate shortens a part of a request to the size of the log's fields.
func truncate(text string) string { return kit.Truncate(text, 60) }
