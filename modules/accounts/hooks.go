package accounts

import (
	"slices"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

const profileKey = "@profile"

// Registered is somebody making an account of their own.
var Registered = kit.Event{Collection: "users", Happened: func(before, after *core.Record) bool {
	return before == nil && kit.ActorOf(after).Role == kit.Guest
}}

// Activated and Suspended are an admin's decisions about an account.
var (
	Activated = kit.Entering("users", "status", string(Active))
	Halted    = kit.Entering("users", "status", string(Suspended))
)

// RoleChanged is an admin giving an account another role.
var RoleChanged = kit.Event{Collection: "users", Happened: func(before, after *core.Record) bool {
	return before != nil && before.GetString("role") != after.GetString("role")
}}

// Profile is what somebody who registers said beyond the account.
func Profile(user *core.Record) map[string]any {
	p, _ := user.GetRaw(profileKey).(map[string]any)
	return p
}

func hooks(app core.App) {
	app.OnRecordCreateRequest("users").Bind(&hook.Handler[*core.RecordRequestEvent]{Id: "usersProfile", Func: func(e *core.RecordRequestEvent) error {
		info, err := e.RequestInfo()
		if err != nil {
			return err
		}
		said := map[string]any{}
		for _, name := range profile {
			if value, ok := info.Body[name]; ok {
				said[name] = value
			}
		}
		e.Record.SetRaw(profileKey, said)
		confirm, err := confirming(e)
		if err != nil {
			return err
		}
		if confirm {
			return ask(e)
		}
		return e.Next()
	}})
	slowDown(app)
	codes(app)
	shorten(app)
	discreet(app)
	kit.OnCreate(app, "users", register)
	kit.OnUpdate(app, "users", change)
	kit.OnCreate(app, "invitations", invite)
	app.Cron().MustAdd("hospitalForget", "17 * * * *", func() {
		if err := Forget(app); err != nil {
			app.Logger().Error("forget registrations", "error", err)
		}
	})
}

// register settles what a new account is. A guest becomes a patient at once, or a
// doctor who waits for an admin; only admins make other staff.
func register(e *core.RecordEvent) error {
	r := e.Record
	if err := checkPassword(r); err != nil {
		return err
	}
	if kit.ActorOf(r).Role == kit.Guest {
		if r.GetString("role") == "" {
			r.Set("role", string(role.Patient))
		}
		asked := kit.Role(r.GetString("role"))
		if !slices.Contains([]kit.Role{role.Patient, role.Doctor}, asked) {
			return kit.Forbidden("role", "not_allowed", "You can register as a patient or as a doctor. Other accounts are made by an admin.")
		}
		r.Set("status", string(Active))
		if asked == role.Doctor {
			r.Set("status", string(Pending))
		}
	}
	if r.GetString("status") == "" {
		r.Set("status", string(Active))
	}
	return e.Next()
}

// change ends every live token when a role or status changes, and keeps the last
// admin.
func change(e *core.RecordEvent, before *core.Record) error {
	r := e.Record
	if err := checkPassword(r); err != nil {
		return err
	}
	if r.GetString("role") == before.GetString("role") && r.GetString("status") == before.GetString("status") {
		return e.Next()
	}
	r.RefreshTokenKey()
	if err := e.Next(); err != nil {
		return err
	}
	if !isAdmin(before) || isAdmin(r) {
		return nil
	}
	left, err := e.App.CountRecords("users", dbx.HashExp{"role": string(role.Admin), "status": string(Active)})
	if err != nil {
		return err
	}
	if left == 0 {
		return kit.Conflict("role", "last_admin", "This is the last active admin. Make another one first.")
	}
	return nil
}

func isAdmin(r *core.Record) bool {
	return r.GetString("role") == string(role.Admin) && r.GetString("status") == string(Active)
}
