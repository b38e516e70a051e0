package rebooking

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// Item is a record of rebooking_items: the outcome for one visit of a rebooking.
type Item struct{ *core.Record }

// newItem is an item without an outcome yet.
func newItem(tx core.App, r Rebooking, visit appointments.Appointment) (Item, error) {
	blank, err := kit.New(tx, "rebooking_items")
	if err != nil {
		return Item{}, err
	}
	item := Item{blank}
	item.setVisit(r, visit)
	return item, nil
}

func (i Item) setVisit(r Rebooking, visit appointments.Appointment) {
	i.Set("rebooking", r.Id)
	i.Set("appointment", visit.Id)
	i.Set("old_starts", visit.Starts())
}

func (i Item) rebooking() string    { return i.GetString("rebooking") }
func (i Item) appointment() string  { return i.GetString("appointment") }
func (i Item) outcome() Outcome     { return Outcome(i.GetString("outcome")) }
func (i Item) oldStarts() time.Time { return i.GetDateTime("old_starts").Time() }
func (i Item) starts() time.Time    { return i.GetDateTime("starts").Time() }
func (i Item) ends() time.Time      { return i.GetDateTime("ends").Time() }

// setOutcome sets an outcome other than a plain move, with the reason.
func (i Item) setOutcome(o Outcome, why string) {
	i.Set("outcome", string(o))
	i.Set("why", why)
}

// setMove proposes another time.
func (i Item) setMove(starts, ends time.Time) {
	i.Set("outcome", string(Move))
	i.Set("starts", starts)
	i.setEnds(ends)
}

// setEnds sets the end of the new time; the zero time means the end of the slot.
func (i Item) setEnds(t time.Time) { i.Set("ends", t) }

func (i Item) clearTimes() {
	i.Set("starts", "")
	i.Set("ends", "")
}

// findItems are the items of a rebooking, the earliest visit first.
func findItems(tx core.App, rebooking string) (items []Item, err error) {
	found, err := tx.FindRecordsByFilter("rebooking_items", "rebooking = {:rebooking}", "old_starts,id", 0, 0,
		dbx.Params{"rebooking": rebooking})
	for _, r := range found {
		items = append(items, Item{r})
	}
	return items, err
}

// addItemsToResponse adds the items of a rebooking to the response of a write.
func addItemsToResponse(tx core.App, rebooking *core.Record) error {
	items, err := findItems(tx, rebooking.Id)
	if err == nil {
		kit.AddToResponse(rebooking, "items", items)
	}
	return err
}
