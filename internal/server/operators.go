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
		if !open(e.App, "settings") && !reflect.DeepEqual(guarded(e.OldSettings), guarded(e.NewSettings)) {
			return kit.Forbidden("settings", "closed", closedMessage(
				"Changing the proxy, superusers' addresses, S3, backups, batches or limits",
				"can open the hospital or send its data elsewhere", "settings"))
		}
		return e.Next()
	})
}

// guarded are the settings that decide who reaches what, and where files go.
func guarded(s *core.Settings) []any {
	return []any{s.TrustedProxy, s.SuperuserIPs, s.S3, s.Backups, s.Batch, s.RateLimits}
}

func closedMessage(what, does, area string) string {
	return fmt.Sprintf("%s is closed, because it %s. An operator can open it on the machine, with %s=%s.",
		what, does, config.Open, area)
}
