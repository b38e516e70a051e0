package operations

import (
	"log/slog"
	"net/http"
	"os"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
	"hospital/modules/audit"
)

// journal is what an operator should hear of, a line of JSON each on standard
// error: starts, stops, backups and failures. It names routes and files, and no
// person. Who did what stands in the audit log.
var journal = slog.New(slog.NewJSONHandler(os.Stderr, nil))

// endOfLog is an anchor of the audit log. Where the journal is kept elsewhere, it
// tells when the end of the log was taken away.
func endOfLog(app core.App) string {
	end, err := audit.End(app)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return end
}

// report writes down that a server started, and every answer that is the server's fault.
func report(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalJournal", Priority: -998, Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalFailures", Priority: outermost, Func: func(e *core.RequestEvent) error {
			err := e.Next()
			if status := statusOf(e, err); status >= http.StatusInternalServerError && e.Request.URL.Path != readyPath {
				journal.Error("request failed", "route", e.Request.Pattern, "method", e.Request.Method, "status", status, "request", e.Response.Header().Get("X-Request-Id"))
			}
			return err
		}})
		if err := se.Next(); err != nil {
			return err
		}
		journal.Info("serving", "audit", endOfLog(se.App), "version", kit.Version, "address", se.Server.Addr, "data", se.App.DataDir(),
			"synchronous", synchronous(se.App.NonconcurrentDB()), "logs_synchronous", synchronous(se.App.AuxNonconcurrentDB()))
		return nil
	}})
}
