package server

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/journal"
	"hospital/internal/kit"
	"hospital/internal/sqlite"
)

// tokenFaults is the id of the middleware that answers a token which cannot be checked.
const tokenFaults = "hospitalTokenFaults"

// retryFaultsAfter is when a client may try again after a fault.
const retryFaultsAfter = 5 * time.Second

// answerFaults answers 503 to a request during which the database or the disk failed.
// PocketBase would answer 400 or 404 to most of them, and clients take that for an answer
// about their request. Of a fault that a handler does not return, the count tells.
func answerFaults(app core.App) {
	unavailable := func(e *core.RequestEvent) error {
		return kit.Unavailable(e, "database", "unavailable",
			"The hospital cannot read or write its data right now. Try again in a moment, with the same id.", retryFaultsAfter)
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalFaults", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalFaults", Priority: kit.OrderFaults,
			Func: func(e *core.RequestEvent) error {
				before := sqlite.Faults(e.App)
				err := e.Next()
				if err == nil || e.Written() {
					return err
				}
				refusal := router.ToApiError(err)
				if refusal.Status == http.StatusServiceUnavailable {
					return err
				}
				fault := cmp.Or(faultIn(err), faultIn(refusal.RawData()))
				if fault == nil && sqlite.Faults(e.App) == before {
					return err
				}
				journal.Log.Error("fault", "route", e.Request.Pattern, "method", e.Request.Method, "cause", fmt.Sprint(fault),
					"request", e.Response.Header().Get("X-Request-Id"))
				return errors.Join(unavailable(e), err)
			}})
		// A token cannot be checked while the database fails. Its owner is not a guest for that.
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: tokenFaults, Priority: kit.OrderToken,
			Func: func(e *core.RequestEvent) error {
				token := kit.Token(e.Request)
				if token == "" || e.Auth != nil {
					return e.Next()
				}
				if _, err := e.App.FindAuthRecordByToken(token, core.TokenTypeAuth); sqlite.IsFault(err) {
					return errors.Join(unavailable(e), err)
				}
				return e.Next()
			}})
		return se.Next()
	}})
}

// faultIn finds the fault in what a refusal was made of; nil if there is none.
func faultIn(cause any) error {
	switch cause := cause.(type) {
	case validation.Errors:
		for _, err := range cause {
			if fault := faultIn(err); fault != nil {
				return fault
			}
		}
	case *router.ApiError:
		return faultIn(cause.RawData())
	case error:
		if sqlite.IsFault(cause) {
			return cause
		}
	}
	return nil
}
