package audit

import (
	"cmp"
	"encoding/json/jsontext"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
)

// logSignIns puts down who signed in, and who did not get in.
func logSignIns(app core.App, buf *buffer) {
	app.OnRecordAuthRequest().BindFunc(func(e *core.RecordAuthRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if e.Auth != nil && e.Auth.IsSuperuser() && e.Auth.Id != e.Record.Id {
			return nil // an operator takes an account's place, which has an entry of its own
		}
		actor := kit.CallerAs(e.RequestEvent, e.Record)
		entry := Entry{Actor: actor, Action: "sign in", Collection: e.Collection.Name, Record: e.Record.Id, Outcome: Done}
		if e.AuthMethod == "" {
			entry.Action = "refresh"
		}
		buf.enqueue(entry)
		buf.logAccess(actor, "view", expanded(e.Record)...)
		return nil
	})
	app.OnMailerRecordPasswordResetSend().BindFunc(func(e *core.MailerRecordEvent) error {
		buf.enqueue(Entry{Actor: kit.ActorOf(e.Record), Action: "ask for a new password", Collection: e.Record.Collection().Name, Record: e.Record.Id, Outcome: Done})
		return e.Next()
	})
	// Who has the token of a mail is whoever gets the mails of the account.
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
			entry := Entry{Actor: kit.Caller(e.RequestEvent), Action: "sign in", Collection: e.Collection.Name, Outcome: Refused}
			if errors.Is(err, apis.ErrMFA) { // the first half of one; a code has to follow
				entry.Action, entry.Outcome = "password", Done
			}
			if e.Record != nil { // what was typed in is not written down: it may have been the password
				entry.Record = e.Record.Id
			}
			buf.enqueue(entry)
			e.Set(alreadyLogged, true)
		}
		return err
	})
}

// tokenActor is who asks for a file, or whatever else: for one not by their sign-in,
// but by a token in the address.
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

// alreadyLogged marks a request whose refusal is in the log already.
const alreadyLogged = "hospital.audit.logged"

// logRefusals puts down what was refused: who may not, and who asked for what is not theirs.
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
	b.enqueue(entry)
	return err
}

// attemptCodes are the codes of bad input that is an attempt all the same: on what is
// somebody else's, on what the hospital writes itself, on what there might be, or
// with a token or a password that is not right.
var attemptCodes = []string{"not_yours", "not_allowed", "server_owned", "unknown_field", "validation_invalid_old_password", "validation_values_mismatch", "validation_invalid_token", "invalid_token", "wrong_password"}

// isAttempt says that a refusal is one of somebody, and not of a slip: bad input,
// where it says which, and lost races are no attempts on anything.
func isAttempt(r *http.Request, refused *router.ApiError) bool {
	switch refused.Status {
	case http.StatusConflict:
		return false
	case http.StatusBadRequest:
	default:
		return refused.Status < 500
	}
	said, _ := refused.RawData().(validation.Errors)
	writing := strings.Contains(r.Pattern, "/records") && r.Method != http.MethodGet
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/collections/") && !strings.Contains(r.Pattern, "/records"):
		return true // a token, a code, a password
	case len(said) == 0 && writing: // PocketBase does not say more of a body that is none
		cause, _ := refused.RawData().(error)
		// A duplicate key can hide a value from whoever checks the body before us.
		return cause != nil && (strings.Contains(cause.Error(), "rule failure") || errors.Is(cause, jsontext.ErrDuplicateName))
	case len(said) == 0:
		return true // nor of a filter on what is hidden
	}
	for _, why := range said {
		if coded, ok := why.(interface{ Code() string }); ok && slices.Contains(attemptCodes, coded.Code()) {
			return true
		}
	}
	return false
}

// requestCollection is what a request is about: a collection, or else the address.
func requestCollection(e *core.RequestEvent) string {
	address := strings.TrimPrefix(e.Request.URL.Path, "/api/")
	return truncate(cmp.Or(e.Request.PathValue("collection"), kit.RouteOf(e).Record, address))
}

// batchRefusal is the refusal of one of the requests of a batch, and which one it was.
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

// batchRequest is the method, the collection and the record of a request in a batch.
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

// parseBatchURL is the collection and the record of an address in a batch.
func parseBatchURL(address string) (collection, record string) {
	path, _, _ := strings.Cut(strings.TrimPrefix(address, "/api/collections/"), "?")
	collection, path, _ = strings.Cut(path, "/")
	return truncate(collection), truncate(strings.TrimPrefix(strings.TrimPrefix(path, "records"), "/"))
}

// logOperators puts down what superusers do beside records.
func logOperators(app core.App, buf *buffer) {
	app.OnSettingsUpdateRequest().BindFunc(func(e *core.SettingsUpdateRequestEvent) error {
		outer := e.App
		defer func() { e.App = outer }()
		return outer.RunInTransaction(func(tx core.App) error {
			e.App = tx
			if err := e.Next(); err != nil {
				return err
			}
			changes, err := settingsChanged(e.OldSettings, e.NewSettings)
			if err != nil {
				return err
			}
			return Write(tx, Entry{Actor: kit.Caller(e.RequestEvent), Action: "settings", Outcome: Done, Changes: changes})
		})
	})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			err := e.Next()
			actor := tokenActor(e)
			if err != nil || !actor.Superuser || !isOperatorRequest(e.Request) {
				return err
			}
			buf.enqueue(Entry{Actor: actor, Action: "operate", Collection: truncate(strings.TrimPrefix(e.Request.URL.Path, "/api/")), Outcome: Done})
			return nil
		})
		return se.Next()
	})
}

// recordPaths are the addresses at which everybody works; what is done there has
// entries of its own.
var recordPaths = regexp.MustCompile(`^/api/(collections/[^/]+/(records|auth-|request-|confirm-)|files/|realtime|batch|health|hospital/|docs|settings$)`)

// isOperatorRequest says that a request is an operator's alone, and does or shows more
// than records. The dashboard looks all the time at how the collections are made.
func isOperatorRequest(r *http.Request) bool {
	looks := r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/collections")
	return strings.HasPrefix(r.URL.Path, "/api/") && !looks && !recordPaths.MatchString(r.URL.Path)
}

func topicCollection(topic string) string {
	name, _, _ := strings.Cut(topic, "?")
	return truncate(name)
}

// truncate is a part of an address, as far as the log takes it.
func truncate(text string) string { return strings.ToValidUTF8(text[:min(len(text), 60)], "") }
