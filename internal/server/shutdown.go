package server

import (
	"context"
	"net"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/config"
	"hospital/internal/journal"
	"hospital/internal/kit"
)

// shutdown makes a stopping server finish the requests in flight: it accepts no new ones,
// closes the realtime streams, which do not end by themselves, and waits for at most
// HOSPITAL_STOP_TIMEOUT. PocketBase alone cuts all requests after one second.
func shutdown(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalShutdown", Func: func(se *core.ServeEvent) error {
		requests, cutRequests := context.WithCancel(context.Background())
		streams, closeStreams := context.WithCancel(requests)
		// PocketBase's context ends when the server stops listening.
		se.Server.BaseContext = func(net.Listener) context.Context { return requests }
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalStreams", Priority: kit.OrderOutermost,
			Func: func(e *core.RequestEvent) error {
				if e.Request.URL.Path != "/api/realtime" {
					return e.Next()
				}
				ctx, done := context.WithCancel(e.Request.Context())
				defer done()
				defer context.AfterFunc(streams, done)()
				e.Request = e.Request.WithContext(ctx)
				return e.Next()
			}})
		se.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "hospitalShutdown", Priority: kit.OrderShutdown,
			Func: func(e *core.TerminateEvent) error {
				started, timeout := time.Now(), config.StopTimeout.Duration()
				journal.Log.Info("stopping", "timeout", timeout.String())
				closeStreams()
				ctx, cancel := context.WithTimeout(context.Background(), timeout)
				defer cancel()
				if err := se.Server.Shutdown(ctx); err != nil {
					journal.Log.Warn("requests were cut off", "after", time.Since(started).String())
				}
				cutRequests()
				err := e.Next() // closes the audit log and the database
				journal.Log.Info("stopped", "took", time.Since(started).String())
				return err
			}})
		return se.Next()
	}})
}
