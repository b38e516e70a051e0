package operations

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// nobody is an origin that no page has. Without one PocketBase would let in all.
const nobody = "https://no.invalid"

// origins are the websites that may use the API from their own pages.
func origins() []string {
	listed := list(valueOf(originsEnv))
	if len(listed) == 0 {
		return []string{nobody}
	}
	return listed
}

// Harden binds what makes a server fit for a hospital's network: it tells browsers
// to be careful, keeps requests few and small and what people ask for out of the
// request log, closes the SQL console, lets superusers in only from where they should be, and says whether it
// is ready.
func Harden(app core.App) {
	apply(app)
	ready(app)
	limited(app)
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalHarden", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalHeaders", Priority: apis.DefaultSecurityHeadersMiddlewarePriority + 1, Func: headers})
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			if e.Request.URL.Path == "/api/sql" && valueOf(consoleEnv) != "on" {
				return e.ForbiddenError("The SQL console is closed. It goes past every law of the hospital; an operator opens it with "+consoleEnv+"=on.", nil)
			}
			return e.Next()
		})
		return se.Next()
	}})
	app.OnModelCreate("_logs").Bind(&hook.Handler[*core.ModelEvent]{Id: "hospitalLogs", Func: func(e *core.ModelEvent) error {
		if l, ok := e.Model.(*core.Log); ok {
			scrub(l)
		}
		return e.Next()
	}})
}

// headers tell browsers not to guess types, not to show the hospital inside other
// pages, and not to say where its readers come from; and they end connections on
// which much was sent.
func headers(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Access-Control-Expose-Headers", "Content-Disposition, Retry-After, X-Request-Id") // to the origins that are let in
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if e.IsTLS() || e.Request.Header.Get("X-Forwarded-Proto") == "https" { // to claim it costs a caller only their own plain connection
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	// What is left of a body that was not read to its end would be taken for the next
	// request: Go closes such a connection, but not where the body was wrapped, as
	// PocketBase does. Up to so much Go reads to the end by itself.
	if e.Request.ContentLength > 256*kib || e.Request.ContentLength < 0 {
		h.Set("Connection", "close")
		return toTheEnd(e)
	}
	return e.Next()
}

// toTheEnd lets who is signed in send a large body to its end, also where it was
// refused before: many clients read no answer until they have, and would only be
// told that the connection broke.
func toTheEnd(e *core.RequestEvent) error {
	body := e.Request.Body
	if kept, ok := body.(*router.RereadableReadCloser); ok {
		body = kept.ReadCloser // of what is read now nothing is kept
	}
	err := e.Next()
	if err != nil && e.Auth != nil && http.NewResponseController(e.Response).SetReadDeadline(time.Now().Add(10*time.Second)) == nil {
		_, _ = io.CopyN(io.Discard, body, 64*mib)
	}
	return err
}

// scrub takes out of a line of the request log what people asked for: filters name
// patients, and addresses of files hold tokens.
func scrub(l *core.Log) {
	l.Message, _, _ = strings.Cut(l.Message, "?")
	for _, name := range []string{"url", "referer"} {
		if text, ok := l.Data[name].(string); ok {
			l.Data[name], _, _ = strings.Cut(text, "?")
		}
	}
}
