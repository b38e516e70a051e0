package rebooking

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

func hooks(app core.App) {
	kit.OnCreate(app, "rebookings", createRebooking)
	kit.OnUpdate(app, "rebooking_items", updateItem)
}

// createRebooking proposes an outcome for every affected visit. A rebooking that is
// created as applied is applied at once.
func createRebooking(e *core.RecordEvent) error {
	r, actor := Rebooking{e.Record}, kit.ActorOf(e.Record)
	requested := r.status()
	if !slices.Contains([]Status{"", Proposed, Applied}, requested) {
		return kit.Invalid("status", "invalid_transition",
			"Create a rebooking as proposed, or as applied to apply it at once.")
	}
	r.setStatus(Proposed)
	r.setRequestedBy(actor.ID)
	r.setVersion(1)
	if err := e.Next(); err != nil { // validates the fields, which proposeItems relies on
		return err
	}
	if err := proposeItems(e.App, r, actor); err != nil {
		return err
	}
	if requested == Applied {
		stored, err := e.App.FindRecordById("rebookings", r.Id)
		if err != nil {
			return err
		}
		Rebooking{stored}.setStatus(Applied)
		if err := e.App.Save(kit.SetActor(actor, stored)); err != nil {
			return err
		}
		r.copyApplied(Rebooking{stored})
	}
	return addItemsToResponse(e.App, r.Record)
}

// updateItem checks a new choice for one visit. Choices can change until the rebooking
// is applied or withdrawn.
func updateItem(e *core.RecordEvent, stored *core.Record) error {
	item, before := Item{e.Record}, Item{stored}
	if !kit.Changed(stored, e.Record) {
		return e.Next()
	}
	rebooking, err := e.App.FindRecordById("rebookings", item.rebooking())
	if err != nil {
		return err
	}
	status := Rebooking{rebooking}.status()
	if status != Proposed && kit.ActorOf(e.Record).Role != kit.System {
		return kit.Conflict("outcome", "invalid_transition",
			"This rebooking is already "+string(status)+". Create a new one.")
	}
	if item.outcome() != Move {
		item.clearTimes()
		return e.Next()
	}
	if item.starts().IsZero() {
		return kit.Invalid("starts", "required", "Give the new time of the visit.")
	}
	if !item.starts().Equal(before.starts()) && item.ends().Equal(before.ends()) {
		item.setEnds(time.Time{})
	}
	return e.Next()
}
