package audit

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
)

// realtime is being told of a record on a stream.
const realtime = "hear"

// subscriber is who is told something on a stream, from where they last subscribed.
func (b *buffer) subscriber(app core.App, auth *core.Record) kit.Actor {
	actor := kit.ActorFor(app, auth)
	if auth != nil {
		if last, ok := b.subscribers.Load(auth.Id); ok {
			actor.IP, actor.Request = last.(kit.Actor).IP, last.(kit.Actor).Request
		}
	}
	return actor
}

// withExpanded is records and what an answer shows with them: what they expand to, and so on.
func withExpanded(records ...*core.Record) (all []*core.Record) {
	for _, r := range records {
		all = append(append(all, r), expanded(r)...)
	}
	return all
}

// expanded is what an answer shows with a record.
func expanded(r *core.Record) (all []*core.Record) {
	for _, expanded := range r.Expand() {
		switch of := expanded.(type) {
		case *core.Record:
			all = append(all, withExpanded(of)...)
		case []*core.Record:
			all = append(all, withExpanded(of...)...)
		}
	}
	return all
}

// logCandidates puts down whom a refusal names: those who may be the same as somebody
// who was about to be registered.
func (b *buffer) logCandidates(app core.App, refused *core.Record, refusal error) error {
	var said *router.ApiError
	if !errors.As(refusal, &said) {
		return refusal
	}
	why, _ := said.RawData().(validation.Errors)
	for _, one := range why {
		offer, ok := errors.AsType[validation.Error](one)
		if !ok {
			continue
		}
		candidates, _ := offer.Params()["candidates"].([]map[string]any)
		for _, c := range candidates {
			id, _ := c["id"].(string)
			r, err := app.FindRecordById("patients", id)
			if err != nil {
				return errors.Join(refusal, err)
			}
			b.logAccess(kit.ActorOf(refused), "duplicate", r)
		}
	}
	return refusal
}
