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

// maxCodes is the largest number of valid codes of one account.
const maxCodes = 5

// bindOTP makes one-time codes the second factor of a sign-in: a code is only sent after
// the password was entered, and refused without that sign-in. Wrong codes are throttled
// for each account, independent of the client's address, like wrong passwords.
func bindOTP(app core.App) {
	app.OnRecordRequestOTPRequest().BindFunc(func(e *core.RecordCreateOTPRequestEvent) error {
		id := core.GenerateDefaultRandomId()
		app, user, code := e.App, e.Record, e.Password
		// after the answer, so that the response does not reveal whether the account exists
		kit.AfterResponse(app, "send a code", func() error {
			if user == nil {
				return nil
			}
			return sendCode(app, user, id, code)
		})
		return e.JSON(http.StatusOK, map[string]string{"otpId": id})
	})
	useCodesOnce(app)
	app.OnRecordAuthWithOTPRequest().BindFunc(requireFirstFactor)
	codes := &throttle{tries: map[[sha256.Size]byte]tries{}}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalCodes", Func: func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			if e.Request.Pattern != "POST /api/collections/{collection}/auth-with-otp" {
				return e.Next()
			}
			return codes.checkCode(e)
		})
		return se.Next()
	}})
}

// requireFirstFactor refuses a code unless a sign-in by password waits for it.
func requireFirstFactor(e *core.RecordAuthWithOTPRequestEvent) error {
	sent := struct {
		MFA string `json:"mfaId" form:"mfaId"`
	}{e.Request.URL.Query().Get("mfaId")}
	if sent.MFA == "" {
		if err := kit.BindBody(e.RequestEvent, &sent); err != nil {
			return err
		}
	}
	waiting, err := waitingForCode(e.App, e.Record)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(waiting, func(m *core.MFA) bool { return m.Id == sent.MFA }) {
		return errCode(e.RequestEvent)
	}
	return e.Next()
}

// waitingForCode returns the sign-ins of an account by password that wait for a code.
func waitingForCode(app core.App, user *core.Record) ([]*core.MFA, error) {
	all, err := app.FindAllMFAsByRecord(user)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *core.MFA) bool {
		return m.Method() != core.MFAMethodPassword || m.HasExpired(user.Collection().MFA.DurationTime())
	}), nil
}

// sendCode sends a code if a sign-in by password waits for one.
func sendCode(app core.App, user *core.Record, id, code string) error {
	waiting, err := waitingForCode(app, user)
	if err != nil || len(waiting) == 0 {
		return err
	}
	valid, err := app.FindAllOTPsByRecord(user)
	if err != nil {
		return err
	}
	duration := user.Collection().OTP.DurationTime()
	valid = slices.DeleteFunc(valid, func(o *core.OTP) bool { return o.HasExpired(duration) })
	if len(valid) >= maxCodes {
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

// checkCode counts the attempts to enter a code for an account.
func (t *throttle) checkCode(e *core.RequestEvent) error {
	sent := struct {
		OTP string `json:"otpId" form:"otpId"`
	}{}
	if err := kit.BindBody(e, &sent); err != nil {
		return err
	}
	otp, err := e.App.FindOTPById(sent.OTP)
	if err != nil {
		return e.Next() // an unknown code, which PocketBase refuses
	}
	key := keyOf(otp.CollectionRef(), otp.RecordRef())
	if wait := t.start(key, "", kit.Now(e.App)); wait > 0 {
		return kit.TooManyRequests(e, "password", "too_many_tries", "Too many wrong codes. Wait a little.", wait)
	}
	if err := e.Next(); err != nil {
		return err
	}
	t.reset(key)
	return nil
}
