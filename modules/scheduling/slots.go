package scheduling

import (
	"slices"
	"time"
)

// Interval is a half-open stretch of time: Ends is not part of it.
type Interval struct{ Starts, Ends time.Time }

func (i Interval) overlaps(starts, ends time.Time) bool {
	return i.Starts.Before(ends) && i.Ends.After(starts)
}

// maxSlot is the longest slot that the field slot_minutes allows.
const maxSlot = 240 * time.Minute

// Slot is a time that a visit can take.
type Slot struct {
	Starts    time.Time
	Ends      time.Time
	Room      string
	Capacity  int // how many visits it takes
	Remaining int // how many more
}

// Agenda is everything that decides when a doctor can be visited.
type Agenda struct {
	Zone      *time.Location // of the schedules
	Schedules []Schedule     // valid ones and others; no two are valid at the same time
	Away      []Interval     // time off
	Booked    []Interval     // active visits, at least those in the time of the search
}

// Free lists the slots between two instants that still have room, sorted by start.
// With a length, a visit starts with a slot and may extend into the next ones;
// length 0 is exactly one slot.
func (a Agenda) Free(from, to time.Time, length time.Duration) (free []Slot) {
	booked := slices.SortedFunc(slices.Values(a.Booked), func(x, y Interval) int { return x.Starts.Compare(y.Starts) })
	var near []Interval // booked visits that may overlap this slot or a later one
	next := 0
	for _, s := range a.allSlots(from, to) {
		if length > 0 {
			s.Ends = s.Starts.Add(length)
			if _, inside := a.ScheduleAt(s.Starts, s.Ends); !inside {
				continue
			}
		}
		for ; next < len(booked) && booked[next].Starts.Before(s.Ends); next++ {
			near = append(near, booked[next])
		}
		near = slices.DeleteFunc(near, func(b Interval) bool { return !b.Ends.After(s.Starts) })
		s.Remaining = s.Capacity - MaxConcurrent(near, s.Starts, s.Ends)
		if s.Remaining > 0 && !a.AwayAt(s.Starts, s.Ends) {
			free = append(free, s)
		}
	}
	return free
}

// AwayAt says whether the doctor is away during any part of the time.
func (a Agenda) AwayAt(starts, ends time.Time) bool {
	return slices.ContainsFunc(a.Away, func(i Interval) bool { return i.overlaps(starts, ends) })
}

// MaxConcurrent is the highest number of visits at the same moment between two instants.
func MaxConcurrent(visits []Interval, starts, ends time.Time) (highest int) {
	for _, v := range visits {
		if !v.overlaps(starts, ends) {
			continue
		}
		at := v.Starts // the number only rises when a visit starts
		if at.Before(starts) {
			at = starts
		}
		n := 0
		for _, w := range visits {
			if !w.Starts.After(at) && w.Ends.After(at) {
				n++
			}
		}
		highest = max(highest, n)
	}
	return highest
}

// ScheduleAt is the schedule that covers the whole time between two instants.
func (a Agenda) ScheduleAt(starts, ends time.Time) (Schedule, bool) {
	first, last := dayOf(starts, a.Zone), dayOf(ends.Add(-1), a.Zone)
	if first != last || !ends.After(starts) {
		return Schedule{}, false
	}
	opens, closes := minuteOfDay(starts, a.Zone), minuteOfDay(ends.Add(-1), a.Zone)
	for _, s := range a.Schedules {
		if s.on(first) && s.Opens <= opens && closes < s.Closes {
			return s, true
		}
	}
	return Schedule{}, false
}

// SlotAt is the slot that starts at an instant, booked or not.
func (a Agenda) SlotAt(starts time.Time) (Slot, bool) {
	for _, s := range a.allSlots(starts, starts.Add(maxSlot)) {
		if s.Starts.Equal(starts) {
			return s, true
		}
	}
	return Slot{}, false
}

// allSlots are the slots of the schedules between two instants, booked and during time
// off too.
func (a Agenda) allSlots(from, to time.Time) (slots []Slot) {
	for d, last := dayOf(from, a.Zone), dayOf(to, a.Zone); !d.after(last); d = d.next() {
		for _, s := range a.Schedules {
			if s.on(d) {
				slots = append(slots, s.slots(d, a.Zone)...)
			}
		}
	}
	slots = slices.DeleteFunc(slots, func(s Slot) bool { return s.Starts.Before(from) || s.Ends.After(to) })
	slices.SortFunc(slots, func(x, y Slot) int { return x.Starts.Compare(y.Starts) })
	return slots
}
