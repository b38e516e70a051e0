package audit

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
)

// realtime is the action of receiving a record on a realtime stream.
const realtime = "hear"

// subscriber returns the actor who receives a realtime message, with the address and
// request id of their last subscription.
func (b *buffer) subscriber(app core.App, auth *core.Record) kit.Actor {
	actor := kit.ActorFor(app, auth)
	if auth != nil {
		if last, ok := b.subscribers.Load(auth.Id); ok {
			actor.IP, actor.Request = last.(kit.Actor).IP, last.(kit.Actor).Request
		}
	}
	return actor
}

// logCandidates logs the patients that a refusal names as possible duplicates.
func (b *buffer) logCandidates(app core.App, refused *core.Record, refusal error) error {
	var apiError *router.ApiError
	if !errors.As(refusal, &apiError) {
		return refusal
	}
	fields, _ := apiError.RawData().(validation.Errors)
	for _, fieldError := range fields {
		duplicate, ok := errors.AsType[validation.Error](fieldError)
		if !ok {
			continue
		}
		candidates, _ := duplicate.Params()["candidates"].([]map[string]any)
		for _, c := range candidates {
			id, _ := c["id"].(string)
			r, err := app.FindRecordById("patients", id)
			if err != nil {
				return errors.Join(refusal, err)
			}
			b.logRows(kit.ActorOf(refused), "duplicate", kit.RowsOf(app, r))
		}
	}
	return refusal
}
