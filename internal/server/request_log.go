package server

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

const (
	logSample = 100         // of so many fast and successful requests one is logged
	slow      = time.Second // a request that takes longer is always logged
)

// skipLogKey is how PocketBase's activity logger is told that a success is not logged.
const skipLogKey = "__skipSuccessActivityLogger"

// sampleLogs keeps most successful requests out of the request log: each was a row in
// auxiliary.db, an eighth of the work of a small read. Failed and slow requests are all
// logged. The metrics count every request, and the audit log has who read and wrote what.
func sampleLogs(app core.App) {
	var succeeded atomic.Int64
	sample := func(e *core.RequestEvent) error {
		began := time.Now()
		err := e.Next()
		if err == nil && e.Status() < http.StatusBadRequest && time.Since(began) < slow && succeeded.Add(1)%logSample != 1 {
			e.Set(skipLogKey, true)
		}
		return err
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalSampleLogs", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "hospitalSampleLogs", Priority: kit.OrderSampleLogs, Func: sample})
		return se.Next()
	}})
}

// redactLogs removes the queries from the request log: filters contain names of
// patients, and addresses of files contain tokens. The paths of calendars end with a secret.
func redactLogs(app core.App) {
	app.OnModelCreate("_logs").Bind(&hook.Handler[*core.ModelEvent]{Id: "hospitalLogs",
		Func: func(e *core.ModelEvent) error {
			if l, ok := e.Model.(*core.Log); ok {
				redact(e.App, l)
			}
			return e.Next()
		}})
}

func redact(app core.App, l *core.Log) {
	l.Message = kit.PublicPath(app, l.Message)
	for _, name := range []string{"url", "referer"} {
		if text, ok := l.Data[name].(string); ok {
			l.Data[name] = kit.PublicPath(app, text)
		}
	}
}
