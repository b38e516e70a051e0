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

// applyItems moves and cancels the visits, under the same checks as any other change of
// a visit. When one of them is refused, the transaction is rolled back for all.
func applyItems(c kit.Change) error {
	r := Rebooking{c.After}
	items, err := findItems(c.App, r.Id)
	if err != nil {
		return err
	}
	note := r.note()
	if note == "" {
		note = "The doctor is away at that time."
	}
	count := map[Outcome]int{}
	for _, item := range items {
		if err := applyItem(c.App, item, note, c.Actor); err != nil {
			return err
		}
		count[item.outcome()]++
	}
	r.setCounts(count[Move], count[Cancel])
	return nil
}

// applyItem moves or cancels one visit. A visit that has changed since the proposal is
// kept as it is.
func applyItem(tx core.App, item Item, note string, actor kit.Actor) error {
	found, err := tx.FindRecordById("appointments", item.appointment())
	if err != nil {
		return err
	}
	visit := appointments.Appointment{Record: found}
	if !visit.Active() || visit.Started() || !visit.Starts().Equal(item.oldStarts()) {
		item.setOutcome(Keep, "The visit was changed in the meantime.")
	}
	switch item.outcome() {
	case Move:
		visit.Move(item.starts(), item.ends())
	case Cancel:
		visit.Cancel(note)
	}
	if item.outcome() != Keep {
		if err := tx.Save(kit.SetActor(actor, visit.Record)); err != nil {
			return refusalFor(err, visit.Number(), item.Id)
		}
	}
	if item.outcome() == Move {
		item.setEnds(visit.Ends())
	}
	if err := tx.Save(item.Record); err != nil {
		return fmt.Errorf("store the outcome for %s: %w", visit.Number(), err)
	}
	return nil
}

// refusalFor names the visit that could not be moved or cancelled, and the code of the
// refusal.
func refusalFor(err error, number, item string) error {
	var refused *router.ApiError
	if !errors.As(err, &refused) {
		return fmt.Errorf("rebook %s: %w", number, err)
	}
	params := map[string]any{"item": item, "number": number}
	if fields, ok := refused.RawData().(validation.Errors); ok {
		for _, reason := range fields {
			if e, ok := errors.AsType[validation.Error](reason); ok {
				params["code"] = e.Code()
			}
		}
	}
	refusal := kit.Conflict("status", "visit_refused",
		number+": "+refused.Message+" Change its item, or create a new rebooking.")
	return kit.WithParams(refusal, params)
}
