package rebooking

import (
	"errors"
	"fmt"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// propose writes down, for every visit that the time off meets and that is still
// to come, the next slot its doctor has free; where there is none, that it is
// cancelled. No two visits are given the same time.
func propose(tx core.App, rebooking *core.Record, actor kit.Actor) error {
	away, err := tx.FindRecordById("time_off", rebooking.GetString("time_off"))
	if err != nil {
		return err
	}
	if !away.GetBool("active") {
		return kit.Conflict("time_off", "withdrawn", "This time off was withdrawn. There is nothing to rebook.")
	}
	doctor := rebooking.GetString("doctor")
	if of := away.GetString("doctor"); doctor != "" && of != "" && of != doctor {
		return kit.Invalid("doctor", "not_found", "This time off is another doctor's.")
	} else if doctor == "" {
		doctor = of
	}
	from, now := away.GetDateTime("starts").Time(), kit.Now(tx)
	if from.Before(now) {
		from = now
	}
	visits, err := appointments.Within(tx, doctor, from, away.GetDateTime("ends").Time(), maxItems)
	if err != nil {
		return err
	}
	plans := appointments.NewPlans()
	for _, visit := range visits {
		item, err := kit.New(tx, "rebooking_items")
		if err != nil {
			return err
		}
		item.Load(map[string]any{"rebooking": rebooking.Id, "appointment": visit.Id, "old_starts": visit.Starts()})
		if err := plan(tx, item, visit, actor, plans); err != nil {
			return err
		}
		if err := tx.Save(item); err != nil {
			return fmt.Errorf("propose a time for %s: %w", visit.Number(), err)
		}
	}
	return nil
}

// plan finds out what is best for one visit.
func plan(tx core.App, item *core.Record, visit appointments.Appointment, actor kit.Actor, plans *appointments.Plans) error {
	if visit.Started() || !visit.Starts().After(kit.Now(tx)) {
		item.Load(map[string]any{"outcome": string(Keep), "why": "It has begun."})
		return nil
	}
	slot, ok, err := plans.Next(tx, visit, actor)
	switch {
	case err != nil:
		return err
	case ok:
		item.Load(map[string]any{"outcome": string(Move), "starts": slot.Starts, "ends": slot.Ends})
	default:
		item.Load(map[string]any{"outcome": string(Cancel), "why": "The doctor has no free slot as far ahead as the hospital plans."})
	}
	return nil
}

// apply moves and cancels the visits, under all the laws of a booking. When one of
// them cannot be, none is.
func apply(tx core.App, rebooking *core.Record, actor kit.Actor) error {
	all, err := itemsOf(tx, rebooking.Id)
	if err != nil {
		return err
	}
	note := rebooking.GetString("note")
	if note == "" {
		note = "The doctor is away at that time."
	}
	count := map[string]int{}
	for _, item := range all {
		record, err := tx.FindRecordById("appointments", item.GetString("appointment"))
		if err != nil {
			return err
		}
		visit := appointments.Appointment{Record: record}
		if !visit.Active() || visit.Started() || !visit.Starts().Equal(item.GetDateTime("old_starts").Time()) {
			item.Load(map[string]any{"outcome": string(Keep), "why": "It was settled otherwise in the meantime."})
		}
		outcome := item.GetString("outcome")
		count[outcome]++
		switch Outcome(outcome) {
		case Move:
			visit.Move(item.GetDateTime("starts").Time(), item.GetDateTime("ends").Time())
		case Cancel:
			visit.Cancel(note)
		}
		if Outcome(outcome) != Keep {
			if err := tx.Save(kit.SetActor(actor, record)); err != nil {
				return explained(err, visit.Number(), item.Id)
			}
		}
		if Outcome(outcome) == Move {
			item.Set("ends", visit.Ends())
		}
		if err := tx.Save(item); err != nil {
			return fmt.Errorf("settle %s: %w", visit.Number(), err)
		}
	}
	rebooking.Set("moved", count[string(Move)])
	rebooking.Set("cancelled", count[string(Cancel)])
	rebooking.Set("applied_by", actor.ID)
	rebooking.Set("applied_at", kit.Now(tx))
	return nil
}

// explained says which visit could not be moved or cancelled, and why.
func explained(err error, number, item string) error {
	var refused *router.ApiError
	if !errors.As(err, &refused) {
		return fmt.Errorf("rebook %s: %w", number, err)
	}
	params := map[string]any{"item": item, "number": number}
	if said, ok := refused.RawData().(validation.Errors); ok {
		for _, why := range said {
			if e, ok := errors.AsType[validation.Error](why); ok {
				params["code"] = e.Code()
			}
		}
	}
	return kit.WithParams(kit.Conflict("status", "visit_refused", number+": "+refused.Message+" Choose another time for it, or propose anew."), params)
}
