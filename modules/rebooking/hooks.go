package rebooking

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

func hooks(app core.App) {
	kit.OnCreate(app, "rebookings", createRebooking)
	kit.OnUpdate(app, "rebooking_items", updateItem)
}

// createRebooking is the law for a new rebooking: it proposes something for every visit, and
// applies that at once when it is told to.
func createRebooking(e *core.RecordEvent) error {
	r, actor := e.Record, kit.ActorOf(e.Record)
	wanted := r.GetString("status")
	if !slices.Contains([]string{"", string(Proposed), string(Applied)}, wanted) {
		return kit.Invalid("status", "invalid_transition", "A rebooking begins as proposed, or as applied at once.")
	}
	r.Set("status", string(Proposed))
	r.Set("requested_by", actor.ID)
	r.Set("version", 1)
	if err := e.Next(); err != nil { // which refuses what is missing
		return err
	}
	if err := proposeItems(e.App, r, actor); err != nil {
		return err
	}
	if wanted == string(Applied) {
		again, err := e.App.FindRecordById("rebookings", r.Id)
		if err != nil {
			return err
		}
		again.Set("status", wanted)
		if err := e.App.Save(kit.SetActor(actor, again)); err != nil {
			return err
		}
		for _, field := range []string{"status", "moved", "cancelled", "applied_by", "applied_at", "version", "updated"} {
			r.SetRaw(field, again.GetRaw(field))
		}
	}
	return addItemsToResponse(e.App, r)
}

// updateItem is the law for another choice about one visit, which can be made until
// all of them are applied.
func updateItem(e *core.RecordEvent, before *core.Record) error {
	item := e.Record
	if !kit.Changed(before, item) {
		return e.Next()
	}
	rebooking, err := e.App.FindRecordById("rebookings", item.GetString("rebooking"))
	if err != nil {
		return err
	}
	if status := rebooking.GetString("status"); status != string(Proposed) && kit.ActorOf(item).Role != kit.System {
		return kit.Conflict("outcome", "invalid_transition", "This rebooking is "+status+" already.")
	}
	moved := item.GetString("starts") != before.GetString("starts")
	if item.GetString("outcome") != string(Move) {
		item.Set("starts", "")
		item.Set("ends", "")
		return e.Next()
	}
	if item.GetDateTime("starts").IsZero() {
		return kit.Invalid("starts", "required", "Say to when the visit is moved.")
	}
	if moved && item.GetString("ends") == before.GetString("ends") {
		item.Set("ends", "") // with its slot
	}
	return e.Next()
}

// findItems are what a rebooking holds for every visit, the earliest first.
func findItems(tx core.App, rebooking string) ([]*core.Record, error) {
	return tx.FindRecordsByFilter("rebooking_items", "rebooking = {:rebooking}", "old_starts,id", 0, 0, dbx.Params{"rebooking": rebooking})
}

// addItemsToResponse adds them to the answer.
func addItemsToResponse(tx core.App, rebooking *core.Record) error {
	all, err := findItems(tx, rebooking.Id)
	if err == nil {
		kit.AddToResponse(rebooking, "items", all)
	}
	return err
}
