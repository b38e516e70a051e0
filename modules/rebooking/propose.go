package rebooking

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/scheduling"
)

// proposeItems stores an item for every future visit that the time off affects: a move
// to the doctor's next free slot, or a cancellation when there is none. No slot is
// proposed twice.
func proposeItems(tx core.App, r Rebooking, actor kit.Actor) error {
	found, err := tx.FindRecordById("time_off", r.timeOff())
	if err != nil {
		return err
	}
	away := scheduling.TimeOff{Record: found}
	if !away.Active() {
		return kit.Conflict("time_off", "withdrawn", "This time off was withdrawn. There is nothing to rebook.")
	}
	doctor := r.doctor()
	if doctor != "" && away.Doctor() != "" && away.Doctor() != doctor {
		return kit.Invalid("doctor", "not_found", "This time off is another doctor's.")
	}
	if doctor == "" {
		doctor = away.Doctor()
	}
	from, now := away.Starts(), kit.Now(tx)
	if from.Before(now) {
		from = now
	}
	visits, err := appointments.Overlapping(tx, doctor, from, away.Ends(), maxItems)
	if err != nil {
		return err
	}
	planner := appointments.NewSlotPlanner()
	for _, visit := range visits {
		item, err := newItem(tx, r, visit)
		if err != nil {
			return err
		}
		if err := chooseOutcome(tx, item, visit, actor, planner); err != nil {
			return err
		}
		if err := tx.Save(item.Record); err != nil {
			return fmt.Errorf("propose a time for %s: %w", visit.Number(), err)
		}
	}
	return nil
}

// chooseOutcome proposes the outcome for one visit.
func chooseOutcome(
	tx core.App, item Item, visit appointments.Appointment, actor kit.Actor, planner *appointments.SlotPlanner,
) error {
	if visit.Started() || !visit.Starts().After(kit.Now(tx)) {
		item.setOutcome(Keep, "The visit has already started.")
		return nil
	}
	slot, ok, err := planner.Next(tx, visit, actor)
	switch {
	case err != nil:
		return err
	case ok:
		item.setMove(slot.Starts, slot.Ends)
	default:
		item.setOutcome(Cancel, "The doctor has no free slot before the booking horizon.")
	}
	return nil
}
