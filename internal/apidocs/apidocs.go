// Package apidocs makes the OpenAPI document from the declarations of the modules and their
// openapi.yaml files, and serves it with a page to read and try it.
package apidocs

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// Register serves the document and its page. Both are made when they are requested first: that takes
// half of the time of a start, and memory.
func Register(app core.App, join func() Document) {
	inYAML := sync.OnceValue(func() file { return plain("application/yaml", join().YAML()) })
	inJSON := sync.OnceValue(func() file { return plain("application/json", join().JSON) })
	kit.AddRoutes(app,
		kit.Route{Path: "GET /openapi.yaml", Roles: role.Anyone, Handler: func(r *kit.Request) error {
			return inYAML().answer(r)
		}},
		kit.Route{Path: "GET /openapi.json", Roles: role.Anyone, Handler: func(r *kit.Request) error {
			return inJSON().answer(r)
		}},
	)
	files := sync.OnceValue(page)
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalDocs", Func: func(se *core.ServeEvent) error {
		api := se.Router.Group("/api")
		api.GET("/docs", func(e *core.RequestEvent) error { return files()["index.html"].serve(e) })
		api.GET("/docs/{file}", func(e *core.RequestEvent) error {
			f, ok := files()[e.Request.PathValue("file")]
			if !ok {
				return e.NotFoundError("", nil)
			}
			return f.serve(e)
		})
		return se.Next()
	}})
}
