package server

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/config"
	"hospital/internal/kit"
)

// closedToOperators are requests of superusers that go around the rules of the hospital. A
// stolen password or a tired operator must not be enough for them: they are closed unless
// the environment of the machine opens them.
var closedToOperators = []struct {
	area     string // a word of HOSPITAL_OPEN
	does     string
	patterns []string
}{
	{"sql", "goes around the rules of the hospital", []string{"POST /api/sql"}},
	{"backups", "can put older data in the place of what was acknowledged since", []string{
		"POST /api/backups/upload", "DELETE /api/backups/{key}", "POST /api/backups/{key}/restore"}},
	{"collections", "can make patients' records public or remove them", []string{
		"POST /api/collections", "PUT /api/collections/import", "PATCH /api/collections/{collection}",
		"DELETE /api/collections/{collection}", "DELETE /api/collections/{collection}/truncate"}},
	{"impersonation", "signs in as somebody else, in whose name the audit log then has everything", []string{
		"POST /api/collections/{collection}/impersonate/{id}"}},
}

const openKey = "hospital.open"

// Open opens areas of an app, instead of HOSPITAL_OPEN.
func Open(app core.App, areas ...string) { app.Store().Set(openKey, areas) }

func open(app core.App, area string) bool {
	if areas, ok := app.Store().Get(openKey).([]string); ok {
		return slices.Contains(areas, area)
	}
	return slices.Contains(config.Open.List(), area) || area == "sql" && config.SQLConsole.Value() == "on"
}

// closeOperatorRoutes refuses the requests that the environment does not open.
func closeOperatorRoutes(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalClosed", Func: func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			for _, c := range closedToOperators { // PocketBase refuses everybody else
				if e.HasSuperuserAuth() && slices.Contains(c.patterns, e.Request.Pattern) && !open(e.App, c.area) {
					return kit.Forbidden("request", "closed", closedMessage("This", c.does, c.area))
				}
			}
			return e.Next()
		})
		return se.Next()
	}})
	app.OnSettingsUpdateRequest().BindFunc(func(e *core.SettingsUpdateRequestEvent) error {
		for _, c := range closedSettings {
			if !open(e.App, c.area) && !reflect.DeepEqual(c.of(e.OldSettings), c.of(e.NewSettings)) {
				return kit.Forbidden("settings", "closed", closedMessage("Changing "+c.names, c.does, c.area))
			}
		}
		return e.Next()
	})
	app.OnRecordCreateRequest(signInCollections...).BindFunc(refuseSignInRecords)
	app.OnRecordUpdateRequest(signInCollections...).BindFunc(refuseSignInRecords)
	app.OnRecordUpdateRequest().BindFunc(refuseNewPasswords)
}

// closedSettings are settings that PocketBase lets superusers change.
var closedSettings = []struct {
	area, names, does string
	of                func(s *core.Settings) []any
}{
	{"settings", "the proxy, superusers' addresses, S3, backups, batches or limits",
		"can open the hospital or send its data elsewhere", func(s *core.Settings) []any {
			return []any{s.TrustedProxy, s.SuperuserIPs, s.S3, s.Backups, s.Batch, s.RateLimits}
		}},
	{"mail", "the mail server, the sender or the address of the hospital",
		"can send the links for new passwords elsewhere", func(s *core.Settings) []any {
			return []any{s.SMTP, s.Meta.SenderAddress, s.Meta.AppURL}
		}},
}

// signInCollections hold codes and other half-finished or linked sign-ins of accounts. Who
// writes them can finish a sign-in without the password.
var signInCollections = []string{core.CollectionNameOTPs, core.CollectionNameMFAs, core.CollectionNameExternalAuths,
	core.CollectionNameAuthOrigins}

// refuseSignInRecords refuses the records of PocketBase with which a superuser signs in as another.
func refuseSignInRecords(e *core.RecordRequestEvent) error {
	if open(e.App, "impersonation") {
		return e.Next()
	}
	return kit.Forbidden("request", "closed", closedMessage("This", "can sign in as somebody else", "impersonation"))
}

// refuseNewPasswords refuses to a superuser what only the owner of an account may change: the
// password, the address that a new one is sent to, and the key of the tokens.
func refuseNewPasswords(e *core.RecordRequestEvent) error {
	r, before := e.Record, e.Record.Original()
	changed := r.GetString(core.FieldNamePassword) != "" || r.Email() != before.Email() ||
		r.TokenKey() != before.TokenKey()
	if !e.HasSuperuserAuth() || !e.Collection.IsAuth() || r.IsSuperuser() || !changed || open(e.App, "passwords") {
		return e.Next()
	}
	return kit.Forbidden("password", "closed", closedMessage("Changing the password or the address of an account",
		"lets a superuser sign in as its owner, who can ask for a new password by mail", "passwords"))
}

func closedMessage(what, does, area string) string {
	return fmt.Sprintf("%s is closed, because it %s. An operator can open it on the machine, with %s=%s.",
		what, does, config.Open, area)
}
