// Package portal serves the pages that are built into the binary.
package portal

import (
	"io/fs"

	"hospital/internal/kit"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// csp lets a page load nothing but what this server serves, and run no inline script.
const csp = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; " +
	"img-src 'self' data: blob:"

// Register serves the folder pb_public of files at the root, behind every other
// route. Unknown paths under /api stay 404.
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
