package operations

import (
	"context"
	"net"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// outermost is the priority of what sees a request before everything else.
const outermost = -100_000

// finish lets a server that is stopped answer the requests it has begun with. It
// takes no new ones, ends the streams of realtime, which would never end by
// themselves, and waits. PocketBase alone would cut all of them after a second.
func finish(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalFinish", Func: func(se *core.ServeEvent) error {
		requests, cut := context.WithCancel(context.Background())
		streams, hangUp := context.WithCancel(requests)
		se.Server.BaseContext = func(net.Listener) context.Context { return requests } // PocketBase's ends when the server stops listening
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalStreams", Priority: outermost, Func: func(e *core.RequestEvent) error {
			if e.Request.URL.Path != "/api/realtime" {
				return e.Next()
			}
			ctx, done := context.WithCancel(e.Request.Context())
			defer done()
			defer context.AfterFunc(streams, done)()
			e.Request = e.Request.WithContext(ctx)
			return e.Next()
		}})
		se.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "hospitalFinish", Priority: -10_000, Func: func(e *core.TerminateEvent) error {
			began, patience := time.Now(), durationOf(stopEnv)
			journal.Info("stopping", "patience", patience.String())
			hangUp()
			ctx, enough := context.WithTimeout(context.Background(), patience)
			defer enough()
			if err := se.Server.Shutdown(ctx); err != nil {
				journal.Warn("requests were cut off", "after", time.Since(began).String())
			}
			cut()
			err := e.Next() // the audit log, the database
			journal.Info("stopped", "took", time.Since(began).String())
			return err
		}})
		return se.Next()
	}})
}
