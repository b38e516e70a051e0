package server

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

// ignoreThumbs answers a request for a thumbnail with the file itself. PocketBase decodes the
// whole picture to make one, and a small file can hold one that takes gigabytes.
func ignoreThumbs(app core.App) {
	ignore := func(e *core.RequestEvent) error {
		if query := e.Request.URL.Query(); strings.HasPrefix(e.Request.Pattern, "GET /api/files/") && query.Has("thumb") {
			query.Del("thumb")
			e.Request.URL.RawQuery = query.Encode()
		}
		return e.Next()
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalThumbs", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalThumbs", Priority: kit.OrderLimits, Func: ignore})
		return se.Next()
	}})
}
