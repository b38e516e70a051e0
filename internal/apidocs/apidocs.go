// Package apidocs is what people who write clients read: one OpenAPI document,
// joined from the parts that the modules wrote, and a page to read and try it.
package apidocs

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// Register serves the document and its page.
func Register(app core.App, document Document) {
	kit.AddRoutes(app,
		kit.Route{Path: "GET /openapi.yaml", Roles: role.Anyone, Handler: plain("application/yaml", document.YAML).answer},
		kit.Route{Path: "GET /openapi.json", Roles: role.Anyone, Handler: plain("application/json", document.JSON).answer},
	)
	files := page()
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalDocs", Func: func(se *core.ServeEvent) error {
		api := se.Router.Group("/api")
		api.GET("/docs", files["index.html"].serve)
		api.GET("/docs/{file}", func(e *core.RequestEvent) error {
			f, ok := files[e.Request.PathValue("file")]
			if !ok {
				return e.NotFoundError("", nil)
			}
			return f.serve(e)
		})
		return se.Next()
	}})
}
