package server

import (
	"io"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
)

// setHeaders adds the security headers that PocketBase does not set.
func setHeaders(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalHeaders", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(
			&hook.Handler[*core.RequestEvent]{Id: "hospitalHeaders", Priority: kit.OrderHeaders, Func: headers},
		)
		return se.Next()
	}})
}

func headers(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Access-Control-Expose-Headers", "Content-Disposition, Retry-After, X-Request-Id")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	// Clients can forge the header, but only affect their own connection.
	if e.IsTLS() || e.Request.Header.Get("X-Forwarded-Proto") == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	// If a handler does not read the whole body, the rest would be parsed as the next
	// request (request smuggling). Go closes such a connection, but not when the body is
	// wrapped, as PocketBase does. Go itself reads up to 256 KiB of a rest.
	if e.Request.ContentLength > 256*kib || e.Request.ContentLength < 0 {
		h.Set("Connection", "close")
		return drainBody(e)
	}
	return e.Next()
}

// drainBody reads the rest of a signed-in user's body after a refusal. Many clients
// read no answer until they have sent everything, and would only report a broken connection.
func drainBody(e *core.RequestEvent) error {
	body := e.Request.Body
	if kept, ok := body.(*router.RereadableReadCloser); ok {
		body = kept.ReadCloser // the rest is not kept in memory
	}
	err := e.Next()
	if err == nil || e.Auth == nil {
		return err
	}
	deadline := time.Now().Add(10 * time.Second)
	if http.NewResponseController(e.Response).SetReadDeadline(deadline) == nil {
		_, _ = io.CopyN(io.Discard, body, 64*mib)
	}
	return err
}
