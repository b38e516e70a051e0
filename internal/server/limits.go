package server

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"golang.org/x/time/rate"

	"hospital/internal/config"
	"hospital/internal/kit"
)

// Limit is how often a client may send a kind of request, and how large its body may
// be. Guests are counted by address, which a whole hospital may share; users who are
// signed in are counted by account, wherever they are.
type Limit struct {
	Description string
	Guest       int      // requests a minute from one address
	User        int      // requests a minute of one account
	Body        int64    // of a user; a guest's is never larger than 64 KiB
	routes      []string // patterns of the router; empty: everything else under /api
	collection  string   // of a record route that is limited for one collection only
}

const (
	kib = 1 << 10
	mib = 1 << 20

	records = "/api/collections/{collection}/records"
	account = "POST /api/collections/{collection}/"
)

// Limits lists all limits; the first that matches a request applies. docs/operating.md has
// the same table. A document may have 20 MiB, sent alone or in a batch.
var Limits = []Limit{
	{Description: "sign in, with a password or a code", Guest: 120, User: 120, Body: 16 * kib,
		routes: []string{account + "auth-with-password", account + "auth-with-otp"}},
	{Description: "request a mail: a code, a new password, an address", Guest: 30, User: 10, Body: 16 * kib,
		routes: []string{account + "request-otp", account + "request-password-reset",
			account + "request-verification", account + "request-email-change"}},
	{Description: "use a link or a code from a mail", Guest: 30, User: 30, Body: 16 * kib,
		routes: []string{account + "confirm-password-reset", account + "confirm-verification",
			account + "confirm-email-change", "POST /api/hospital/registrations/confirm",
			"POST /api/hospital/invitations/accept", "POST /api/hospital/patients/link"}},
	{Description: "read a calendar by its address", Guest: 600, User: 600, Body: 16 * kib,
		routes: []string{"GET /api/hospital/calendar/{secret}"}},
	{Description: "register, or create an account", Guest: 30, User: 60, Body: 1 * mib,
		routes: []string{"POST " + records}, collection: "users"},
	{Description: "upload or change a document", Guest: 30, User: 60, Body: 21 * mib,
		routes: []string{"POST " + records, "PATCH " + records + "/{id}"}, collection: "documents"},
	{Description: "write several records in one batch", Guest: 30, User: 120, Body: 21 * mib,
		routes: []string{batchPattern}},
	{Description: "open a realtime stream, which then counts for the account that subscribes", Guest: 6000, User: 1200,
		Body: 16 * kib, routes: []string{"GET /api/realtime"}},
	{Description: "anything else of the API", Guest: 1200, User: 1200, Body: 1 * mib},
}

func (l Limit) matches(e *core.RequestEvent) bool {
	if l.routes == nil {
		return true
	}
	for _, route := range l.routes {
		if e.Request.Pattern == route {
			c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
			return l.collection == "" || err == nil && c.Name == l.collection
		}
	}
	return false
}

const rateKey = "hospital.rate"

// SetRate multiplies the requests per minute, instead of HOSPITAL_RATE_LIMIT. 0 turns the limits off.
func SetRate(app core.App, factor int64) { app.Store().Set(rateKey, factor) }

func rateFactor(app core.App) int64 {
	if factor, ok := app.Store().Get(rateKey).(int64); ok {
		return factor
	}
	return config.RateLimit.Int()
}

// limitRequests binds the limits. They do not apply to superusers, who are few and can be
// restricted to their addresses.
func limitRequests(app core.App) {
	counted := kit.NewLimiters[limitKey](maxCounters)
	limit := func(e *core.RequestEvent) error {
		if e.HasSuperuserAuth() || !strings.HasPrefix(e.Request.URL.Path, "/api/") {
			return e.Next()
		}
		for i, l := range Limits {
			if !l.matches(e) {
				continue
			}
			if wait := count(counted, i, l, e); wait > 0 {
				message := fmt.Sprintf("Too many requests. Try again in %d seconds.", kit.Seconds(wait))
				return kit.TooManyRequests(e, "request", "too_many_requests", message, wait)
			}
			if e.Auth == nil && e.Request.Pattern == batchPattern {
				return e.UnauthorizedError("Sign in to send a batch.", nil)
			}
			return limitBody(e, l)
		}
		return e.Next()
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalLimits", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalLimits", Priority: kit.OrderLimits, Func: limit})
		forms := &hook.Handler[*core.RequestEvent]{Id: "hospitalForms", Priority: kit.OrderFormLimits, Func: limitForms}
		se.Router.Bind(forms)
		return se.Next()
	}})
}

// limitKey identifies the counter of one client and one limit.
type limitKey struct {
	limit  int
	client string // network or account
}

// maxCounters is the largest number of counters that are kept.
const maxCounters = 50_000

// count counts a request. It returns how long its client has to wait, if it is one too many.
func count(counted *kit.Limiters[limitKey], i int, l Limit, e *core.RequestEvent) (wait time.Duration) {
	factor := int(rateFactor(e.App))
	if factor == 0 {
		return 0
	}
	key, perMinute := limitKey{i, kit.ClientNetwork(e)}, l.Guest*factor
	if e.Auth != nil {
		key.client, perMinute = e.Auth.Id, l.User*factor
	}
	_, wait = counted.Take(key, kit.Now(e.App), rate.Limit(perMinute)/60, perMinute)
	return wait
}
