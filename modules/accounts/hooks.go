package accounts

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
)

const profileKey = "@profile"

// Registered is the event that a guest created an account.
var Registered = kit.Event{Collection: "users", Happened: func(before, after *core.Record) bool {
	return before == nil && kit.ActorOf(after).Role == kit.Guest
}}

// WasActivated and WasSuspended are the events that an account became active or suspended.
// An account that is created active counts as activated.
var (
	WasActivated = kit.Entering("users", statusField, string(Active))
	WasSuspended = kit.Entering("users", statusField, string(Suspended))
)

// RoleChanged is the event that an account got another role.
var RoleChanged = kit.Event{Collection: "users", Happened: func(before, after *core.Record) bool {
	return before != nil && User{before}.Role() != User{after}.Role()
}}

// DoctorRegistered is the event that the account of a doctor waits for an admin.
var DoctorRegistered = kit.Event{Collection: "users", Happened: func(before, after *core.Record) bool {
	return before == nil && User{after}.status() == Pending
}}

// RegistrationStored is the event that somebody registered and has to confirm the address.
var RegistrationStored = kit.Event{Collection: "registrations", Happened: func(before, _ *core.Record) bool {
	return before == nil
}}

// Profile returns the fields of profile that a registration contained.
func Profile(user *core.Record) map[string]any {
	p, _ := user.GetRaw(profileKey).(map[string]any)
	return p
}

func hooks(app core.App) {
	app.OnRecordCreateRequest("users").BindFunc(refuseInBatch)
	app.OnRecordUpdateRequest("users").BindFunc(refuseInBatch)
	app.OnRecordCreateRequest("users").Bind(&hook.Handler[*core.RecordRequestEvent]{Id: "usersProfile", Func: createUser})
	throttlePasswords(app)
	useLinksOnce(app)
	bindOTP(app)
	manageSessions(app)
	answerMailRequestsFirst(app)
	writeAccountEmails(app)
	kit.OnCreate(app, "users", checkNew)
	kit.OnUpdate(app, "users", checkChange)
	for _, collection := range authCollections {
		kit.OnUpdate(app, collection, tellOwner)
	}
	kit.OnCreate(app, "invitations", invite)
	app.OnRecordCreate(core.CollectionNameSuperusers).BindFunc(checkSuperuser)
	app.OnRecordUpdate(core.CollectionNameSuperusers).BindFunc(checkSuperuser)
	outbox.Register(app,
		outbox.Queue{
			Collection: "registrations", Columns: registrationMail, Compose: composeRegistration, AtOnce: true,
		},
		outbox.Queue{
			Collection: "invitations", Columns: invitationMail, Compose: composeInvitation, AtOnce: true,
		},
		outbox.Queue{
			Collection: "security_notices", Columns: securityMail, Compose: composeSecurityNotice, AtOnce: true,
		})
	app.Cron().MustAdd("hospitalForget", "17 * * * *", func() {
		if err := DeleteExpired(app); err != nil {
			app.Logger().Error("delete expired records of accounts", "error", err)
		}
	})
}

// refuseInBatch refuses to write accounts in a batch, except to superusers: hashing a
// password takes long, and a batch keeps everybody else from writing.
func refuseInBatch(e *core.RecordRequestEvent) error {
	if e.App.IsTransactional() && !e.HasSuperuserAuth() {
		return kit.Invalid("email", "not_in_a_batch", "Accounts cannot be written in a batch. Send a single request.")
	}
	return e.Next()
}

// createUser attaches the profile to a new account for its reactions. Where addresses have
// to be confirmed it stores a registration instead of an account.
func createUser(e *core.RecordRequestEvent) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	sent := map[string]any{}
	for _, name := range profile {
		if value, ok := info.Body[name]; ok {
			sent[name] = value
		}
	}
	e.Record.SetRaw(profileKey, sent)
	confirm, err := mustConfirm(e)
	if err != nil {
		return err
	}
	if confirm {
		return startRegistration(e)
	}
	return e.Next()
}

// checkNew sets role and status of a new account. A guest becomes an active patient or a
// pending doctor. Only admins create other accounts.
func checkNew(e *core.RecordEvent) error {
	user := User{e.Record}
	if err := checkPassword(user); err != nil {
		return err
	}
	if kit.ActorOf(e.Record).Role == kit.Guest {
		if user.Role() == "" {
			user.setRole(role.Patient)
		}
		if !slices.Contains([]kit.Role{role.Patient, role.Doctor}, user.Role()) {
			return kit.Forbidden("role", "not_allowed",
				"You can register as a patient or as a doctor. Other accounts are made by an admin.")
		}
		user.setStatus(Active)
		if user.Role() == role.Doctor {
			user.setStatus(Pending)
		}
	}
	if user.status() == "" {
		user.setStatus(Active)
	}
	return e.Next()
}

// checkChange invalidates the tokens of an account whose role or status changes, and
// refuses to remove the last active admin.
func checkChange(e *core.RecordEvent, stored *core.Record) error {
	before, after := User{stored}, User{e.Record}
	if err := checkPassword(after); err != nil {
		return err
	}
	if after.Role() == before.Role() && after.status() == before.status() {
		return e.Next()
	}
	e.Record.RefreshTokenKey()
	if err := e.Next(); err != nil {
		return err
	}
	if !before.isActiveAdmin() || after.isActiveAdmin() {
		return nil
	}
	left, err := e.App.CountRecords("users", activeAdmins)
	if err != nil {
		return err
	}
	if left == 0 {
		return kit.Conflict("role", "last_admin", "This is the last active admin. Make another one first.")
	}
	return nil
}
