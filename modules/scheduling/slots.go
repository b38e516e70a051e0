package scheduling

import (
	"slices"
	"time"
)

// Interval is a stretch of time, without its end.
type Interval struct{ Starts, Ends time.Time }

func (s Interval) overlaps(starts, ends time.Time) bool {
	return s.Starts.Before(ends) && s.Ends.After(starts)
}

// Schedule is a schedule: on one day of every week, while it is valid, from one time
// of day to another, in the hospital's zone.
type Schedule struct {
	Weekday       int // Monday is 1
	Opens, Closes int // minutes after midnight
	Slot          int // minutes
	Capacity      int // visits at once
	From, Until   string
	Room          string
}

// on says whether the schedule is in force on a day.
func (h Schedule) on(d day) bool {
	name := d.String()
	return d.weekday() == h.Weekday && h.From <= name && (h.Until == "" || name <= h.Until)
}

// Slot is a time that a visit can take.
type Slot struct {
	Starts    time.Time
	Ends      time.Time
	Room      string
	Capacity  int // how many visits it takes
	Remaining int // how many more
}

// Agenda is all that decides when a doctor can be visited.
type Agenda struct {
	Zone      *time.Location // where the days of the schedules begin and end
	Schedules []Schedule     // in force or not, never two at the same time
	Away      []Interval
	Booked    []Interval // the visits that hold time, at least all that touch the time asked about
}

// Free is the slots between two instants that a visit can still have, in order of
// time. A visit of a length of its own begins with a slot and may go on into the
// next ones; length 0 is one slot.
func (a Agenda) Free(from, to time.Time, length time.Duration) (free []Slot) {
	booked := slices.SortedFunc(slices.Values(a.Booked), func(x, y Interval) int { return x.Starts.Compare(y.Starts) })
	var near []Interval // booked ones that may still touch a slot
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
		if s.Remaining = s.Capacity - MaxConcurrent(near, s.Starts, s.Ends); s.Remaining > 0 && !a.AwayAt(s.Starts, s.Ends) {
			free = append(free, s)
		}
	}
	return free
}

// AwayAt says whether the doctor is away during a part of the time.
func (a Agenda) AwayAt(starts, ends time.Time) bool {
	return slices.ContainsFunc(a.Away, func(s Interval) bool { return s.overlaps(starts, ends) })
}

// MaxConcurrent is how many of some visits there are at once, at the most, in a stretch of time.
func MaxConcurrent(visits []Interval, starts, ends time.Time) (highest int) {
	for _, v := range visits {
		if !v.overlaps(starts, ends) {
			continue
		}
		at := v.Starts // it can only become more when one begins
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

// ScheduleAt is the schedule in which a whole stretch of time lies.
func (a Agenda) ScheduleAt(starts, ends time.Time) (Schedule, bool) {
	first, last := dayOf(starts, a.Zone), dayOf(ends.Add(-1), a.Zone)
	if first != last || !ends.After(starts) {
		return Schedule{}, false
	}
	opens, closes := minuteOfDay(starts, a.Zone), minuteOfDay(ends.Add(-1), a.Zone)
	for _, h := range a.Schedules {
		if h.on(first) && h.Opens <= opens && closes < h.Closes {
			return h, true
		}
	}
	return Schedule{}, false
}

// SlotAt is the slot that begins at an instant, whoever has booked it.
func (a Agenda) SlotAt(starts time.Time) (Slot, bool) {
	for _, s := range a.allSlots(starts, starts.Add(maxSlot)) {
		if s.Starts.Equal(starts) {
			return s, true
		}
	}
	return Slot{}, false
}

const maxSlot = 240 * time.Minute

// allSlots is the slots of the schedules between two instants, as if nobody had
// booked and nobody were away.
func (a Agenda) allSlots(from, to time.Time) (slots []Slot) {
	for d, last := dayOf(from, a.Zone), dayOf(to, a.Zone); !d.after(last); d = d.next() {
		for _, h := range a.Schedules {
			if h.on(d) {
				slots = append(slots, h.slots(d, a.Zone)...)
			}
		}
	}
	slots = slices.DeleteFunc(slots, func(s Slot) bool { return s.Starts.Before(from) || s.Ends.After(to) })
	slices.SortFunc(slots, func(x, y Slot) int { return x.Starts.Compare(y.Starts) })
	return slots
}

// slots is one day of a schedule. Where the clocks are changed, a slot is there
// whenever the clock on the wall shows its beginning, and goes through all of its
// minutes from there: not in the hour that is left out, and twice in the hour that
// is repeated.
func (h Schedule) slots(d day, zone *time.Location) (slots []Slot) {
	length := time.Duration(h.Slot) * time.Minute
	for minute := h.Opens; minute+h.Slot <= h.Closes; minute += h.Slot {
		for _, starts := range d.at(minute, zone) {
			ends := starts.Add(length)
			if minuteOfDay(ends.Add(-1), zone) == minute+h.Slot-1 {
				slots = append(slots, Slot{Starts: starts, Ends: ends, Room: h.Room, Capacity: h.Capacity, Remaining: h.Capacity})
			}
		}
	}
	return slots
}
