package accounts

import (
	"errors"
	"net/http"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/ozzo-validation/v4/is"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
)

const (
	requestReset        = "POST /api/collections/{collection}/request-password-reset"
	requestVerification = "POST /api/collections/{collection}/request-verification"
	requestNewAddress   = "POST /api/collections/{collection}/request-email-change"
)

// repeatAfter is how long an account is not sent the same mail again.
const repeatAfter = 2 * time.Minute

// answerMailRequestsFirst prevents the enumeration of accounts: requests for a mail are
// answered before the account is looked up, so that neither the answer nor the time it
// takes tells whether there is one.
func answerMailRequestsFirst(app core.App) {
	app.OnRecordRequestEmailChangeRequest("users").BindFunc(func(e *core.RecordRequestEmailChangeRequestEvent) error {
		app, user, email := e.App, e.Record, e.NewEmail
		kit.AfterResponse(app, "send a mail to a new address", func() error { return mails.SendRecordChangeEmail(app, user, email) })
		return e.NoContent(http.StatusNoContent)
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalDiscreet", Func: func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			switch e.Request.Pattern {
			case requestReset, requestVerification:
				return sendAfterAnswer(e)
			case requestNewAddress:
				if err := e.Next(); !isTaken(err) {
					return err
				}
				return e.NoContent(http.StatusNoContent)
			}
			return e.Next()
		})
		return se.Next()
	}})
}

// sendAfterAnswer sends a mail about an account, if there is one, after the answer.
// PocketBase refuses what is not an address, or not a collection of accounts.
func sendAfterAnswer(e *core.RequestEvent) error {
	sent := struct {
		Email string `json:"email" form:"email"`
	}{}
	if err := e.BindBody(&sent); err != nil {
		return e.BadRequestError("The body could not be read.", err)
	}
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil || !c.IsAuth() || sent.Email == "" || len(sent.Email) > 255 || is.EmailFormat.Validate(sent.Email) != nil {
		return e.Next()
	}
	verifying := e.Request.Pattern == requestVerification
	if verifying && c.Name == core.CollectionNameSuperusers {
		return e.Next()
	}
	app, caller := e.App, kit.Caller(e)
	kit.AfterResponse(app, "send a requested mail", func() error {
		user, err := app.FindAuthRecordByEmail(c, sent.Email)
		if err != nil || verifying && user.Verified() || !firstInAWhile(app, e.Request.Pattern+user.Id) {
			return nil //nolint:nilerr // there is no account, or nothing to confirm, or the mail was just sent
		}
		if verifying {
			return mails.SendRecordVerification(app, user)
		}
		return mails.SendRecordPasswordReset(app, kit.SetActor(caller, user))
	})
	return e.NoContent(http.StatusNoContent)
}

// firstInAWhile says that a mail was not sent lately, and remembers it as sent.
func firstInAWhile(app core.App, mail string) bool {
	key := "hospital.mailed " + mail
	mine := new(int)
	if app.Store().GetOrSet(key, func() any { return mine }) != any(mine) {
		return false
	}
	time.AfterFunc(repeatAfter, func() { app.Store().Remove(key) })
	return true
}

// isTaken says that a new address was refused because another account has it.
func isTaken(refusal error) bool {
	var refused *router.ApiError
	if !errors.As(refusal, &refused) {
		return false
	}
	data, _ := refused.RawData().(validation.Errors)
	cause, ok := errors.AsType[validation.Error](data["newEmail"])
	return ok && cause.Code() == "validation_invalid_new_email"
}
