package operations

import (
	"errors"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
	"golang.org/x/time/rate"

	"hospital/internal/kit"
)

// Limit is how often somebody may ask for something, and how much they may send
// with it. Guests are asker by their address, of which a whole hospital may have
// one; who is signed in is asker by themselves, wherever they are.
type Limit struct {
	Says       string
	Guest      int // in a minute, from one address
	Person     int // in a minute
	Body       int64
	routes     []string // patterns of the router; none is everything else under /api
	collection string   // of a record route, where it is for one collection
}

const (
	kib = 1 << 10
	mib = 1 << 20

	records = "/api/collections/{collection}/records"
	account = "POST /api/collections/{collection}/"
)

// Limits are all of them; the first that fits counts. OPERATING.md shows the same
// table. A file of a document has 20 MiB, and comes alone or in a batch.
var Limits = []Limit{
	{Says: "sign in, with a password or a code", Guest: 120, Person: 120, Body: 16 * kib, routes: []string{account + "auth-with-password", account + "auth-with-otp"}},
	{Says: "ask for a mail: a code, a new password, an address", Guest: 30, Person: 10, Body: 16 * kib,
		routes: []string{account + "request-otp", account + "request-password-reset", account + "request-verification", account + "request-email-change"}},
	{Says: "use a link from a mail", Guest: 30, Person: 30, Body: 16 * kib,
		routes: []string{account + "confirm-password-reset", account + "confirm-verification", account + "confirm-email-change", "POST /api/hospital/registrations/confirm", "POST /api/hospital/invitations/accept"}},
	{Says: "register, or make an account", Guest: 30, Person: 60, Body: 1 * mib, routes: []string{"POST " + records}, collection: "users"},
	{Says: "file a document", Guest: 30, Person: 60, Body: 21 * mib, routes: []string{"POST " + records, "PATCH " + records + "/{id}"}, collection: "documents"},
	{Says: "write several records at once", Guest: 30, Person: 120, Body: 21 * mib, routes: []string{"POST /api/batch"}},
	{Says: "anything else of the API", Guest: 1200, Person: 1200, Body: 1 * mib},
}

// fits says that a limit is for this request.
func (l Limit) fits(e *core.RequestEvent) bool {
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

// SetRate multiplies what may be asked for in a minute, in place of HOSPITAL_RATE_LIMIT;
// with 0 there is no limit.
func SetRate(app core.App, factor int64) { app.Store().Set(rateKey, factor) }

func rateOf(app core.App) int64 {
	if factor, ok := app.Store().Get(rateKey).(int64); ok {
		return factor
	}
	return numberOf(rateEnv)
}

// limited binds the limits. Superusers have none: they are few, and bound to their
// addresses.
func limited(app core.App) {
	asked := &counters{by: map[asker]*rate.Limiter{}}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalLimits", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalLimits", Priority: apis.DefaultBodyLimitMiddlewarePriority + 5, Func: func(e *core.RequestEvent) error {
			if e.HasSuperuserAuth() || len(e.Request.URL.Path) < 5 || e.Request.URL.Path[:5] != "/api/" {
				return e.Next()
			}
			for i, l := range Limits {
				if !l.fits(e) {
					continue
				}
				if wait := asked.wait(i, l, e); wait > 0 {
					return kit.TooManyRequests(e, "request", "too_many_requests", "That was too often. Wait "+strconv.Itoa(int(wait.Seconds())+1)+" seconds.", wait)
				}
				if e.Request.ContentLength > l.Body {
					return apis.ErrRequestEntityTooLarge
				}
				e.Request.Body = &bounded{ReadCloser: e.Request.Body, most: l.Body}
				return e.Next()
			}
			return e.Next()
		}})
		return se.Next()
	}})
}

// bounded is a body that ends with a refusal when it gets too long. It is read by
// several in turn: each begins anew when the one before was through.
type bounded struct {
	io.ReadCloser
	most, read int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	switch {
	case b.read > b.most:
		return n, apis.ErrRequestEntityTooLarge
	case errors.Is(err, io.EOF):
		b.read = 0
	}
	return n, err
}

// Reread begins anew where somebody did not read to the end.
func (b *bounded) Reread() {
	b.read = 0
	if again, ok := b.ReadCloser.(router.Rereader); ok {
		again.Reread()
	}
}

// asker is who asks for what.
type asker struct {
	limit int
	who   string
}

// mostAskers is how many are remembered at once.
const mostAskers = 50_000

type counters struct {
	lock sync.Mutex
	by   map[asker]*rate.Limiter
}

// wait is how long somebody has to wait before they may ask.
func (c *counters) wait(i int, l Limit, e *core.RequestEvent) time.Duration {
	factor := int(rateOf(e.App))
	if factor == 0 {
		return 0
	}
	who, most := e.RealIP(), l.Guest*factor
	if e.Auth != nil {
		who, most = e.Auth.Id, l.Person*factor
	}
	now := kit.Now(e.App)
	c.lock.Lock()
	defer c.lock.Unlock()
	left := c.by[asker{i, who}]
	if left == nil {
		if len(c.by) >= mostAskers {
			c.tidy(now)
		}
		left = rate.NewLimiter(rate.Limit(most)/60, most)
		c.by[asker{i, who}] = left
	}
	turn := left.ReserveN(now, 1)
	if wait := turn.DelayFrom(now); wait > 0 {
		turn.CancelAt(now)
		return wait
	}
	return 0
}

// tidy forgets who has not asked lately; when all have, whoever comes.
func (c *counters) tidy(now time.Time) {
	for one, left := range c.by {
		if left.TokensAt(now) >= float64(left.Burst()) || len(c.by) >= mostAskers {
			delete(c.by, one)
		}
	}
}
