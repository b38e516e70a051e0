package kit

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
)

// Actor is who causes a write.
type Actor struct {
	ID        string // of the users record; empty for guests, superusers and the system
	Role      Role
	Superuser bool   // the operator, at the dashboard
	Name      string // as the account is called
	IP        string // of whoever sends the request
	Request   string // what all that one request causes has in common
}

const actorKey = "@actor"

// ActorFor is who acts through an account: a guest without one, or with one that is
// not active.
func ActorFor(app core.App, auth *core.Record) Actor {
	signIn, _ := app.Store().Get(signInKey).(SignIn)
	switch {
	case auth == nil:
		return Actor{Role: Guest}
	case auth.IsSuperuser():
		return Actor{Role: signIn.Superuser, Superuser: true, Name: auth.Email()}
	case auth.GetString(signIn.StatusField) != signIn.Active:
		return Actor{Role: Guest}
	}
	return Actor{ID: auth.Id, Role: Role(auth.GetString(signIn.RoleField)), Name: auth.GetString("name")}
}

// Caller says who makes a request, and from where.
func Caller(e *core.RequestEvent) Actor { return CallerAs(e, e.Auth) }

// CallerAs is who makes a request, as an account that it has just signed in with.
func CallerAs(e *core.RequestEvent, auth *core.Record) Actor {
	a := ActorFor(e.App, auth)
	a.IP, _ = e.Get(addressKey).(string)
	a.Request, _ = e.Get(requestKey).(string)
	return a
}

const (
	requestKey = "hospital.request"
	addressKey = "hospital.address"
)

// nameRequests gives every request a name of its own, which its answer and all that
// is written down of it carry, and keeps from where it came: the requests in a batch
// bring headers of their own, in which they could say anything.
func nameRequests(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalRequestName", Priority: orderServe, Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalRequestName", Priority: orderRequestID, Func: func(e *core.RequestEvent) error {
			name := security.RandomStringWithAlphabet(16, core.DefaultIdAlphabet)
			e.Set(requestKey, name)
			e.Set(addressKey, e.RealIP())
			e.Response.Header().Set("X-Request-Id", name)
			return e.Next()
		}})
		return se.Next()
	}})
}

// ActorOf says who is writing this record. What does not come from a request is
// the system's.
func ActorOf(r *core.Record) Actor {
	if a, ok := r.GetRaw(actorKey).(Actor); ok {
		return a
	}
	return Actor{Role: System}
}

// SetActor marks a record as written by an actor, for code that acts on somebody's behalf.
func SetActor(a Actor, r *core.Record) *core.Record {
	r.SetRaw(actorKey, a)
	return r
}

// AddToResponse adds to a record what is no column of it, for the answer to who wrote it.
// It is not stored, and nobody else is told.
func AddToResponse(r *core.Record, name string, value any) {
	r.WithCustomData(true).Hide(actorKey, sentIDKey)
	r.Set(name, value)
}
