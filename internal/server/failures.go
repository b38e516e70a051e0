package server

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/journal"
	"hospital/internal/kit"
	"hospital/internal/sqlite"
)

// logFailures logs when the server has started, and every request that it answers with a
// status of 500 or more.
func logFailures(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalJournal", Priority: kit.OrderJournal,
		Func: func(se *core.ServeEvent) error {
			se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalFailures", Priority: kit.OrderOutermost,
				Func: func(e *core.RequestEvent) error {
					err := e.Next()
					if status := statusOf(e, err); status >= http.StatusInternalServerError &&
						e.Request.URL.Path != readyPath {
						journal.Log.Error("request failed",
							"route", e.Request.Pattern, "method", e.Request.Method, "status", status,
							"request", e.Response.Header().Get("X-Request-Id"))
					}
					return err
				}})
			if err := se.Next(); err != nil {
				return err
			}
			journal.Log.Info("serving", "audit", journal.Anchor(se.App), "version", kit.Version,
				"address", se.Server.Addr, "data", se.App.DataDir(),
				"synchronous", sqlite.Synchronous(se.App.NonconcurrentDB()),
				"logs_synchronous", sqlite.Synchronous(se.App.AuxNonconcurrentDB()),
				"memory_limit", memoryLimit())
			return nil
		}})
}

// statusOf returns the status that a request is answered with.
func statusOf(e *core.RequestEvent, err error) int {
	switch {
	case err != nil && !e.Written():
		return router.ToApiError(err).Status
	case e.Status() != 0:
		return e.Status()
	}
	return http.StatusOK
}
