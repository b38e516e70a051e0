package accounts

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

// authCollections are the collections that people sign in with.
var authCollections = []string{"users", core.CollectionNameSuperusers}

const linkKey = "@link"

var errLinkUsed = kit.Invalid("token", "validation_invalid_token", "This link was used already. Request a new one.")

// useLinksOnce makes the links of mails about accounts work once. PocketBase checks the token
// before the transaction that uses it, so that several requests at once would all pass.
//
// Setting a password or an address ends all tokens of the account, the link's too. Only
// a verification link remains valid, and does nothing when the address is verified.
func useLinksOnce(app core.App) {
	app.OnRecordConfirmPasswordResetRequest().BindFunc(func(e *core.RecordConfirmPasswordResetRequestEvent) error {
		e.Record.SetRaw(linkKey, true)
		return e.Next()
	})
	app.OnRecordConfirmEmailChangeRequest().BindFunc(func(e *core.RecordConfirmEmailChangeRequestEvent) error {
		e.Record.SetRaw(linkKey, true)
		return e.Next()
	})
	app.OnRecordConfirmVerificationRequest().BindFunc(func(e *core.RecordConfirmVerificationRequestEvent) error {
		e.Record.SetRaw(linkKey, true)
		return e.Next()
	})
	for _, collection := range authCollections {
		kit.OnUpdate(app, collection, refuseStale)
	}
}

// refuseStale refuses to write an account that was read before its tokens ended. The write
// would bring back the old password and the old tokens.
func refuseStale(e *core.RecordEvent, stored *core.Record) error {
	if e.Record.Original().TokenKey() == stored.TokenKey() {
		return e.Next()
	}
	if byLink, _ := e.Record.GetRaw(linkKey).(bool); byLink {
		return errLinkUsed
	}
	return kit.Conflict("id", "stale_version",
		"The password, address, role or status of this account was changed in the meantime. Load it again.")
}

// useCodesOnce lets one request at a time use a code. PocketBase deletes the code when it
// was right, but several requests at once would all find it.
func useCodesOnce(app core.App) {
	app.OnRecordAuthWithOTPRequest().Bind(&hook.Handler[*core.RecordAuthWithOTPRequestEvent]{
		Id: "hospitalCodeOnce", Func: func(e *core.RecordAuthWithOTPRequestEvent) error {
			key, mine := "hospital.code "+e.OTP.Id, new(int)
			if e.App.Store().GetOrSet(key, func() any { return mine }) != any(mine) {
				return errCode(e.RequestEvent)
			}
			defer e.App.Store().Remove(key)
			if _, err := e.App.FindOTPById(e.OTP.Id); err != nil {
				return errCode(e.RequestEvent)
			}
			return e.Next()
		}})
}

// errCode is PocketBase's refusal of a wrong code.
func errCode(e *core.RequestEvent) error { return e.BadRequestError("Invalid or expired OTP", nil) }
