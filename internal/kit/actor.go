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
	Name      string // of the account
	IP        string // address that the request came from
	Request   string // id of the request; empty outside of one
}

// privateKey is the prefix of values that are attached to a record inside the server.
// PocketBase leaves names with this prefix out of every answer.
const privateKey = "@pbInternal"

const actorKey = privateKey + "Actor"

// ActorFor returns the actor of an account. Without an account, or with one that is not
// active, it is a guest.
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

// IsConsequence reports whether a record was written by the server as the consequence of a change.
func IsConsequence(app core.App, r *core.Record) bool {
	catalog, _ := app.Store().Get(catalogKey).(Catalog)
	actor := ActorOf(r)
	return catalog[r.Collection().Name].Consequence && actor.ID == "" && !actor.Superuser
}

// Caller returns who makes a request, with the address and the request id.
func Caller(e *core.RequestEvent) Actor { return CallerAs(e, e.Auth) }

// CallerAs is Caller for a request that has just signed in as auth.
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

// assignRequestIDs gives every request an id, which the answer, the log and the audit log
// contain, and stores the client's address. The address is stored here because requests
// inside a batch have headers of their own, in which a client could send any address.
func assignRequestIDs(app core.App) {
	const id = "hospitalRequestID"
	assign := func(e *core.RequestEvent) error {
		request := security.RandomStringWithAlphabet(16, core.DefaultIdAlphabet)
		e.Set(requestKey, request)
		e.Set(addressKey, e.RealIP())
		e.Response.Header().Set("X-Request-Id", request)
		return e.Next()
	}
	bind := func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: id, Priority: orderRequestID, Func: assign})
		return se.Next()
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: id, Priority: orderServe, Func: bind})
}

// ActorOf returns who is writing this record. It is the system unless SetActor was called.
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

// AddToResponse adds a value that is not a column to the answer of a write. It is not
// stored, and not sent in realtime events.
func AddToResponse(r *core.Record, name string, value any) {
	r.WithCustomData(true)
	r.Set(name, value)
}
