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

// repeatAfter is the time between two mails of the same kind to an account.
const repeatAfter = 2 * time.Minute

// answerMailRequestsFirst prevents account enumeration: requests for a mail are answered
// before the account is looked up, so that neither the answer nor the response time
// reveals whether it exists.
func answerMailRequestsFirst(app core.App) {
	app.OnRecordRequestEmailChangeRequest("users").BindFunc(func(e *core.RecordRequestEmailChangeRequestEvent) error {
		app, user, email := e.App, e.Record, e.NewEmail
		kit.AfterResponse(app, "send a mail to a new address", func() error {
			if !mayMail(app, email, core.GenerateDefaultRandomId()) {
				return nil
			}
			return mails.SendRecordChangeEmail(app, user, email)
		})
		return e.NoContent(http.StatusNoContent)
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalEnumeration", Func: func(se *core.ServeEvent) error {
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

// sendAfterAnswer answers a request for a mail, and then sends it if the account exists.
// Invalid addresses and collections are left to PocketBase, which refuses them.
func sendAfterAnswer(e *core.RequestEvent) error {
	sent := struct {
		Email string `json:"email" form:"email"`
	}{}
	if err := kit.BindBody(e, &sent); err != nil {
		return err
	}
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil || !c.IsAuth() || sent.Email == "" || len(sent.Email) > 255 ||
		is.EmailFormat.Validate(sent.Email) != nil {
		return e.Next()
	}
	verifying := e.Request.Pattern == requestVerification
	if verifying && c.Name == core.CollectionNameSuperusers {
		return e.Next()
	}
	app, caller := e.App, kit.Caller(e)
	kit.AfterResponse(app, "send a requested mail", func() error {
		user, err := app.FindAuthRecordByEmail(c, sent.Email)
		if err != nil || verifying && user.Verified() || !markSent(app, e.Request.Pattern+user.Id) {
			return nil //nolint:nilerr // no account, already verified, or the mail was just sent
		}
		if verifying {
			return mails.SendRecordVerification(app, user)
		}
		return mails.SendRecordPasswordReset(app, kit.SetActor(caller, user))
	})
	return e.NoContent(http.StatusNoContent)
}

// markSent records that a mail is sent. It returns false if it was sent within repeatAfter.
func markSent(app core.App, mail string) bool {
	key := "hospital.mailed " + mail
	mine := new(int)
	if app.Store().GetOrSet(key, func() any { return mine }) != any(mine) {
		return false
	}
	time.AfterFunc(repeatAfter, func() { app.Store().Remove(key) })
	return true
}

// isTaken reports whether a new address was refused because another account has it.
func isTaken(refusal error) bool {
	var refused *router.ApiError
	if !errors.As(refusal, &refused) {
		return false
	}
	data, _ := refused.RawData().(validation.Errors)
	cause, ok := errors.AsType[validation.Error](data["newEmail"])
	return ok && cause.Code() == "validation_invalid_new_email"
}
