package appointments

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/scheduling"
)

// SlotPlanner finds slots for many visits, one after the other, without using a slot twice.
type SlotPlanner struct {
	planned map[string][]scheduling.Interval // by doctor and by patient: times that are not booked yet
	since   map[string]time.Time             // by doctor and length: where the next search starts
}

// NewSlotPlanner starts without any planned visit.
func NewSlotPlanner() *SlotPlanner {
	return &SlotPlanner{map[string][]scheduling.Interval{}, map[string]time.Time{}}
}

// Next plans a visit at the first slot from its own time on at which doctor and patient are
// free. It is not ok when there is none before the booking horizon.
func (p *SlotPlanner) Next(tx core.App, a Appointment, actor kit.Actor) (slot scheduling.Slot, ok bool, err error) {
	length, err := customLength(tx, a)
	if err != nil {
		return slot, false, err
	}
	kind := a.Doctor() + length.String()
	found, err := slotSearch{a, actor, length, p.since[kind], p.planned}.first(tx, 1)
	if err != nil || len(found) == 0 {
		p.since[kind] = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		return slot, false, err
	}
	slot = found[0]
	for _, id := range []string{a.Doctor(), a.Patient()} {
		p.planned[id] = append(p.planned[id], scheduling.Interval{Starts: slot.Starts, Ends: slot.Ends})
	}
	// The next search skips what this one found booked, except for the last day: slots there
	// may have been unsuitable for this patient only.
	p.since[kind] = slot.Starts.Add(-24 * time.Hour)
	return slot, true, nil
}

// slotSearch looks for free slots for a visit.
type slotSearch struct {
	visit   Appointment
	actor   kit.Actor
	length  time.Duration // 0 is one slot
	since   time.Time     // where the search starts, if later than the visit
	planned map[string][]scheduling.Interval
}

// first finds the first n slots at which doctor and patient are free.
func (s slotSearch) first(tx core.App, n int) (found []scheduling.Slot, err error) {
	doctor, patient := s.visit.Doctor(), s.visit.Patient()
	from, until, err := bookingWindow(tx, s.actor)
	if err != nil {
		return nil, err
	}
	for _, t := range []time.Time{s.visit.Starts(), s.since} {
		if t.After(from) {
			from = t
		}
	}
	for step := firstSearchStep; from.Before(until) && len(found) < n; from, step = from.Add(step), 2*step {
		to := earlier(from.Add(step), until).Add(maxVisit) // a visit that starts in this step may end after it
		agenda, err := loadAgenda(tx, doctor, from, to, s.visit.Id)
		if err != nil {
			return nil, err
		}
		visits, err := activeVisits(tx, "patient", []string{patient}, from, to, s.visit.Id)
		if err != nil {
			return nil, err
		}
		agenda.Booked = append(agenda.Booked, s.planned[doctor]...)
		agenda.Away = slices.Concat(agenda.Away, visits[patient], s.planned[patient])
		for _, slot := range agenda.Free(from, to, s.length) {
			if len(found) < n && slot.Starts.Before(from.Add(step)) && !slot.Starts.After(until) {
				found = append(found, slot)
			}
		}
	}
	return found, nil
}
