// Package portal serves the pages that are built into the binary.
package portal

import (
	"io/fs"

	"hospital/internal/kit"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// csp allows a page to load files from this server only, and no inline scripts.
const csp = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; " +
	"img-src 'self' data: blob:"

// Register serves the folder pb_public of files at the root, after all other routes. Unknown
// paths under /api answer 404.
func Register(app core.App, files fs.FS) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalPortal", Priority: kit.OrderStatic,
		Func: func(se *core.ServeEvent) error {
			se.Router.GET("/{path...}", apis.Static(apis.MustSubFS(files, "pb_public"), false)).
				Bind(apis.Gzip()).
				BindFunc(func(e *core.RequestEvent) error {
					e.Response.Header().Set("Content-Security-Policy", csp)
					e.Response.Header().Set("Cache-Control", "no-cache")
					return e.Next()
				})
			return se.Next()
		}})
}
