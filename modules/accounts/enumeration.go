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

// sameMail is how long nobody is sent the same mail again.
const sameMail = 2 * time.Minute

// discreet answers who asks for a mail before it is looked up whether there is an
// account: the answer, and the time it takes, are the same for everybody.
func discreet(app core.App) {
	app.OnRecordRequestEmailChangeRequest("users").BindFunc(func(e *core.RecordRequestEmailChangeRequestEvent) error {
		app, user, email := e.App, e.Record, e.NewEmail
		kit.AfterResponse(app, "send a mail to a new address", func() error { return mails.SendRecordChangeEmail(app, user, email) })
		return e.NoContent(http.StatusNoContent)
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalDiscreet", Func: func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			switch e.Request.Pattern {
			case requestReset, requestVerification:
				return answerFirst(e)
			case requestNewAddress:
				if err := e.Next(); !taken(err) {
					return err
				}
				return e.NoContent(http.StatusNoContent)
			}
			return e.Next()
		})
		return se.Next()
	}})
}

// answerFirst sends a mail about an account, if there is one, after the answer. What
// is no address, or no collection of accounts, is PocketBase's to refuse.
func answerFirst(e *core.RequestEvent) error {
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
	app, asker := e.App, kit.Caller(e)
	kit.AfterResponse(app, "send a mail that was asked for", func() error {
		user, err := app.FindAuthRecordByEmail(c, sent.Email)
		if err != nil || verifying && user.Verified() || !once(app, e.Request.Pattern+user.Id) {
			return nil // there is nobody to write to, or nothing to write
		}
		if verifying {
			return mails.SendRecordVerification(app, user)
		}
		return mails.SendRecordPasswordReset(app, kit.SetActor(asker, user))
	})
	return e.NoContent(http.StatusNoContent)
}

// once says that a mail was not sent just now, and that it is being sent.
func once(app core.App, mail string) bool {
	key := "hospital.mailed " + mail
	mine := new(int)
	if app.Store().GetOrSet(key, func() any { return mine }) != any(mine) {
		return false
	}
	time.AfterFunc(sameMail, func() { app.Store().Remove(key) })
	return true
}

// taken says that a new address was refused because somebody has it.
func taken(refusal error) bool {
	var refused *router.ApiError
	if !errors.As(refusal, &refused) {
		return false
	}
	said, _ := refused.RawData().(validation.Errors)
	why, _ := said["newEmail"].(validation.Error)
	return why != nil && why.Code() == "validation_invalid_new_email"
}
