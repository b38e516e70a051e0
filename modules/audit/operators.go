package audit

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// logOperators logs the actions of superusers other than reading and writing records.
func logOperators(app core.App, buf *buffer) {
	app.OnSettingsUpdateRequest().BindFunc(func(e *core.SettingsUpdateRequestEvent) error {
		outer := e.App
		defer func() { e.App = outer }()
		return outer.RunInTransaction(func(tx core.App) error {
			e.App = tx
			if err := e.Next(); err != nil {
				return err
			}
			changes, err := settingsChanged(e.OldSettings, e.NewSettings)
			if err != nil {
				return err
			}
			return Write(tx, Entry{
				Actor: kit.Caller(e.RequestEvent), Action: "settings", Outcome: Done, Changes: changes,
			})
		})
	})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			err := e.Next()
			actor := tokenActor(e)
			if err != nil || !actor.Superuser || !isOperatorRequest(e.Request) {
				return err
			}
			path := truncate(strings.TrimPrefix(e.Request.URL.Path, "/api/"))
			buf.enqueue(Entry{Actor: actor, Action: "operate", Collection: path, Outcome: Done})
			return nil
		})
		return se.Next()
	})
}

// recordPaths are paths that all roles use. Other hooks log the actions there.
var recordPaths = regexp.MustCompile(`^/api/(collections/[^/]+/(records|auth-|request-|confirm-)` +
	`|files/|realtime|batch|health|hospital/|docs|settings$)`)

// isOperatorRequest reports whether only operators can make a request. Reading the
// declarations of collections is excluded, because the dashboard does it often.
func isOperatorRequest(r *http.Request) bool {
	schema := r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/collections")
	return strings.HasPrefix(r.URL.Path, "/api/") && !schema && !recordPaths.MatchString(r.URL.Path)
}
