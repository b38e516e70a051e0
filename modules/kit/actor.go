package kit

import (
	"github.com/pocketbase/pocketbase/core"
)

// Actor is who causes a write.
type Actor struct {
	ID        string // of the users record; empty for guests, superusers and the system
	Role      Role
	Superuser bool // the operator, at the dashboard
}

const actorKey = "@actor"

// actorOf says who makes a request. A superuser acts with an admin's rights.
func actorOf(auth *core.Record) Actor {
	switch {
	case auth == nil:
		return Actor{Role: Guest}
	case auth.IsSuperuser():
		return Actor{Role: Admin, Superuser: true}
	case auth.GetString("status") != "active":
		return Actor{Role: Guest}
	}
	return Actor{ID: auth.Id, Role: Role(auth.GetString("role"))}
}

// Caller is who makes a request of a route that is not for guests, or the refusal
// for them.
func Caller(e *core.RequestEvent) (Actor, error) {
	actor := actorOf(e.Auth)
	if actor.Role == Guest {
		return actor, e.UnauthorizedError("Sign in first.", nil)
	}
	return actor, nil
}

// ActorOf says who is writing this record. What does not come from a request is
// the system's.
func ActorOf(r *core.Record) Actor {
	if a, ok := r.GetRaw(actorKey).(Actor); ok {
		return a
	}
	return Actor{Role: System}
}

// By marks a record as written by an actor, for code that acts on somebody's behalf.
func By(a Actor, r *core.Record) *core.Record {
	r.SetRaw(actorKey, a)
	return r
}

// Tell adds to a record what is no column of it, for the answer to who wrote it.
// It is not stored, and nobody else is told.
func Tell(r *core.Record, name string, value any) {
	r.WithCustomData(true).Hide(actorKey)
	r.Set(name, value)
}
