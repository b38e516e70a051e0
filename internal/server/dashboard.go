package server

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/config"
	"hospital/internal/journal"
	"hospital/internal/kit"
)

// privateKey marks the requests that came in through the dashboard's own listener.
type privateKey struct{}

// serveDashboard gives the dashboard and superusers a listener of their own, so that a
// firewall can keep them inside the house. The public one answers as if they did not exist.
func serveDashboard(app core.App) {
	address := config.DashboardHTTP.Value()
	if address == "" {
		return
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalDashboard", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalDashboard", Priority: kit.OrderToken,
			Func: func(e *core.RequestEvent) error {
				if e.Request.Context().Value(privateKey{}) == nil && private(e) {
					return e.NotFoundError("", nil)
				}
				return e.Next()
			}})
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		own := &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				se.Server.Handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), privateKey{}, true)))
			}),
			ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, ReadHeaderTimeout: time.Minute,
		}
		se.App.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
			_ = own.Close()
			return e.Next()
		})
		if err := se.Next(); err != nil { // the handler is built, and the other listener is open
			_ = listener.Close()
			return err
		}
		journal.Log.Info("serving the dashboard", "address", listener.Addr().String())
		go func() { _ = own.Serve(listener) }() // ends when it is closed
		return nil
	}})
}

// privatePaths are what only superusers use, also with the token of a file in the address.
var privatePaths = []string{"/_/", "/api/backups", "/api/crons", "/api/logs", "/api/settings", "/api/sql"}

// private says that a request is a superuser's, or for superusers only.
func private(e *core.RequestEvent) bool {
	for _, path := range privatePaths {
		if strings.HasPrefix(e.Request.URL.Path+"/", path) {
			return true
		}
	}
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	return e.HasSuperuserAuth() || err == nil && c.Name == core.CollectionNameSuperusers
}
