package accounts

import (
	"crypto/sha256"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

// mostCodes is how many codes of an account hold at once.
const mostCodes = 5

// codes are the second half of a sign-in: whoever has given a password is sent a
// mail with a code. Nobody else gets one, and a code without the password is none.
// Wrong codes count for the account, from wherever they come, as wrong passwords do.
func codes(app core.App) {
	app.OnRecordRequestOTPRequest().BindFunc(func(e *core.RecordCreateOTPRequestEvent) error {
		id := core.GenerateDefaultRandomId()
		app, user, code := e.App, e.Record, e.Password
		kit.AfterResponse(app, "send a code", func() error { // after the answer, which tells nothing
			if user == nil {
				return nil
			}
			return sendCode(app, user, id, code)
		})
		return e.JSON(http.StatusOK, map[string]string{"otpId": id})
	})
	app.OnRecordAuthWithOTPRequest().BindFunc(func(e *core.RecordAuthWithOTPRequestEvent) error {
		half := struct {
			ID string `json:"mfaId" form:"mfaId"`
		}{e.Request.URL.Query().Get("mfaId")}
		if half.ID == "" {
			if err := e.BindBody(&half); err != nil {
				return e.BadRequestError("The body could not be read.", err)
			}
		}
		started, err := begun(e.App, e.Record)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(started, func(m *core.MFA) bool { return m.Id == half.ID }) {
			return e.BadRequestError("Invalid or expired OTP", nil)
		}
		return e.Next()
	})
	tried := &throttle{tries: map[[sha256.Size]byte]tries{}}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalCodes", Func: func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			if e.Request.Pattern != "POST /api/collections/{collection}/auth-with-otp" {
				return e.Next()
			}
			return tried.code(e)
		})
		return se.Next()
	}})
}

// begun is the sign-ins of an account that wait for a code.
func begun(app core.App, user *core.Record) ([]*core.MFA, error) {
	all, err := app.FindAllMFAsByRecord(user)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *core.MFA) bool {
		return m.Method() != core.MFAMethodPassword || m.HasExpired(user.Collection().MFA.DurationTime())
	}), nil
}

// sendCode sends a code to somebody who has just given their password.
func sendCode(app core.App, user *core.Record, id, code string) error {
	started, err := begun(app, user)
	if err != nil || len(started) == 0 {
		return err
	}
	sent, err := app.FindAllOTPsByRecord(user)
	if err != nil {
		return err
	}
	sent = slices.DeleteFunc(sent, func(o *core.OTP) bool { return o.HasExpired(user.Collection().OTP.DurationTime()) })
	if len(sent) >= mostCodes {
		return nil
	}
	otp := core.NewOTP(app)
	otp.Id = id
	otp.SetCollectionRef(user.Collection().Id)
	otp.SetRecordRef(user.Id)
	otp.SetPassword(code)
	if err := app.Save(otp); err != nil {
		return err
	}
	return mails.SendRecordOTP(app, user, id, code)
}

// code counts a try to guess the code of an account.
func (t *throttle) code(e *core.RequestEvent) error {
	sent := struct {
		OTP string `json:"otpId" form:"otpId"`
	}{}
	if err := e.BindBody(&sent); err != nil {
		return e.BadRequestError("The body could not be read.", err)
	}
	otp, err := e.App.FindOTPById(sent.OTP)
	if err != nil {
		return e.Next() // of nobody
	}
	name := nameOf(otp.CollectionRef(), otp.RecordRef())
	if wait := t.enter(name, kit.Now(e.App)); wait > 0 {
		return kit.TooManyRequests(e, "password", "too_many_tries", "Too many wrong codes. Wait a little.", wait)
	}
	if err := e.Next(); err != nil {
		return err
	}
	t.forget(name)
	return nil
}
