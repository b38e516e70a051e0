package appointments

import (
	"slices"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// FreeSlot is a time that can be booked, as clients are told of it.
type FreeSlot struct {
	Starts    string `json:"starts"`
	Ends      string `json:"ends"`
	Doctor    string `json:"doctor"`
	Room      string `json:"room"`
	Remaining int    `json:"remaining"`
}

func newFreeSlot(doctor string, s scheduling.Slot) FreeSlot {
	return FreeSlot{kit.FormatInstant(s.Starts), kit.FormatInstant(s.Ends), doctor, s.Room, s.Remaining}
}

// activeVisits is the visits of some doctors or patients that hold time between two
// instants, but for one.
func activeVisits(app core.App, who string, ids []string, from, to time.Time, except string) (map[string][]scheduling.Interval, error) {
	var rows []struct{ Who, Starts, Ends string }
	err := app.DB().NewQuery(`SELECT a.[[` + who + `]] AS who, a.starts, a.ends FROM json_each({:ids}) i CROSS JOIN appointments a ON a.[[` + who + `]] = i.value
		WHERE a.starts < {:to} AND a.starts > {:back} AND a.ends > {:from} AND a.status IN ('pending', 'approved') AND a.id != {:except}`).
		Bind(dbx.Params{"ids": scheduling.JSONArray(ids), "from": kit.FormatInstant(from), "to": kit.FormatInstant(to), "back": kit.FormatInstant(from.Add(-maxVisit)), "except": except}).All(&rows)
	if err != nil {
		return nil, err
	}
	visits := map[string][]scheduling.Interval{}
	for _, r := range rows {
		span, err := scheduling.ParseInterval(r.Starts, r.Ends)
		if err != nil {
			return nil, err
		}
		visits[r.Who] = append(visits[r.Who], span)
	}
	return visits, nil
}

// loadAgendas are when some doctors can be visited between two instants. One visit can
// be left out of account: the one that is to be moved.
func loadAgendas(app core.App, doctors []string, from, to time.Time, except string) (map[string]*scheduling.Agenda, error) {
	all, err := scheduling.Load(app, doctors, from, to)
	if err != nil {
		return nil, err
	}
	visits, err := activeVisits(app, "doctor", doctors, from, to, except)
	if err != nil {
		return nil, err
	}
	for doctor, a := range all {
		a.Booked = visits[doctor]
	}
	return all, nil
}

func loadAgenda(app core.App, doctor string, from, to time.Time, except string) (*scheduling.Agenda, error) {
	all, err := loadAgendas(app, []string{doctor}, from, to, except)
	return all[doctor], err
}

// scheduleFrom is when a doctor sees patients from an instant on, as long as the longest
// visit, whoever is booked. All checks of one booking share it.
func scheduleFrom(app core.App, doctor string, from time.Time) (*scheduling.Agenda, error) {
	return kit.Once(app, "hours of "+doctor+" from "+kit.FormatInstant(from), func() (*scheduling.Agenda, error) {
		all, err := scheduling.Load(app, []string{doctor}, from, from.Add(maxVisit))
		return all[doctor], err
	})
}

// defaultEnd is when a visit ends of which nobody said it: with its slot, and
// between slots after as long as one.
func defaultEnd(app core.App, a Appointment) (time.Time, error) {
	agenda, err := scheduleFrom(app, a.Doctor(), a.Starts())
	if err != nil {
		return time.Time{}, err
	}
	if slot, ok := agenda.SlotAt(a.Starts()); ok {
		return slot.Ends, nil
	}
	if hours, ok := agenda.ScheduleAt(a.Starts(), a.Starts().Add(time.Minute)); ok {
		return a.Starts().Add(time.Duration(hours.Slot) * time.Minute), nil
	}
	return a.Starts().Add(defaultVisit), nil
}

// endAfterMove is when a moved visit ends: with its new slot, or, where somebody chose
// the length, as much later as it took before.
func endAfterMove(app core.App, before, after Appointment) (time.Time, error) {
	length, err := customLength(app, before)
	if err != nil {
		return time.Time{}, err
	}
	if length > 0 {
		return after.Starts().Add(length), nil
	}
	return defaultEnd(app, after)
}

const (
	maxSuggestions  = 5              // free slots that a refusal names
	firstSearchStep = 24 * time.Hour // that a search for free slots looks at; each further one is twice as long
)

// suggestSlots adds to a refusal of the time the doctor's next free slots, so that who
// lost a race is one step from a visit.
func suggestSlots(app core.App, refused *core.Record, refusal error) error {
	refusal = fromTriggerError(refusal)
	if !slices.Contains(timeRefusals, refusal) {
		return refusal
	}
	a := Appointment{refused}
	length, err := customLength(app, a)
	if err != nil {
		return err
	}
	others, err := findSlots(app, a, kit.ActorOf(refused), maxSuggestions, length, time.Time{}, nil)
	if err != nil {
		return err
	}
	free := make([]FreeSlot, 0, len(others)) // an empty list, not null
	for _, s := range others {
		free = append(free, newFreeSlot(a.Doctor(), s))
	}
	return kit.WithParams(refusal, map[string]any{"slots": free})
}

// SlotPlanner finds times for many visits, one after the other, none of them twice.
type SlotPlanner struct {
	taken map[string][]scheduling.Interval // by doctor and by patient: not booked yet
	since map[string]time.Time             // by doctor and length: nothing is free before
}

// NewSlotPlanner is without any plan.
func NewSlotPlanner() *SlotPlanner {
	return &SlotPlanner{map[string][]scheduling.Interval{}, map[string]time.Time{}}
}

// Next plans a visit at the first free slot from its own time on, at which neither
// the doctor nor the patient is elsewhere; or says that there is none as far ahead
// as the hospital plans.
func (p *SlotPlanner) Next(tx core.App, a Appointment, actor kit.Actor) (slot scheduling.Slot, ok bool, err error) {
	length, err := customLength(tx, a)
	if err != nil {
		return slot, false, err
	}
	like := a.Doctor() + length.String()
	found, err := findSlots(tx, a, actor, 1, length, p.since[like], p.taken)
	if err != nil || len(found) == 0 {
		p.since[like] = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		return slot, false, err
	}
	slot = found[0]
	for _, who := range []string{a.Doctor(), a.Patient()} {
		p.taken[who] = append(p.taken[who], scheduling.Interval{Starts: slot.Starts, Ends: slot.Ends})
	}
	// The next visit need not look through all that this one found booked; a day is
	// left for what only this patient could not have.
	p.since[like] = slot.Starts.Add(-24 * time.Hour)
	return slot, true, nil
}

// findSlots is the first free slots for a visit of a length, from its own time on and
// not before another, at which neither the doctor nor the patient is elsewhere.
func findSlots(tx core.App, a Appointment, actor kit.Actor, n int, length time.Duration, since time.Time, taken map[string][]scheduling.Interval) (found []scheduling.Slot, err error) {
	from, until, err := bookingWindow(tx, actor)
	if err != nil {
		return nil, err
	}
	for _, later := range []time.Time{a.Starts(), since} {
		if later.After(from) {
			from = later
		}
	}
	for step := firstSearchStep; from.Before(until) && len(found) < n; from, step = from.Add(step), 2*step {
		to := earlier(from.Add(step), until).Add(maxVisit) // a visit that begins within the step may end after it
		agenda, err := loadAgenda(tx, a.Doctor(), from, to, a.Id)
		if err != nil {
			return nil, err
		}
		elsewhere, err := activeVisits(tx, "patient", []string{a.Patient()}, from, to, a.Id)
		if err != nil {
			return nil, err
		}
		agenda.Booked = append(agenda.Booked, taken[a.Doctor()]...)
		agenda.Away = slices.Concat(agenda.Away, elsewhere[a.Patient()], taken[a.Patient()])
		for _, s := range agenda.Free(from, to, length) {
			if len(found) < n && s.Starts.Before(from.Add(step)) && !s.Starts.After(until) {
				found = append(found, s)
			}
		}
	}
	return found, nil
}

// customLength is how long a visit takes for which somebody chose it, and 0 for
// one that takes its slot.
func customLength(tx core.App, a Appointment) (time.Duration, error) {
	agenda, err := scheduleFrom(tx, a.Doctor(), a.Starts())
	if err != nil {
		return 0, err
	}
	if slot, ok := agenda.SlotAt(a.Starts()); ok && slot.Ends.Equal(a.Ends()) {
		return 0, nil
	}
	if !a.Overbook() && a.length() == defaultVisit {
		return 0, nil // what a visit outside the hours is taken for
	}
	return a.length(), nil
}

// bookingWindow is the time in which somebody may book: from now or after the hospital's
// notice, and as far ahead as it plans.
func bookingWindow(app core.App, actor kit.Actor) (from, until time.Time, err error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return from, until, err
	}
	now := kit.Now(app)
	from, until = now, now.Add(settings.Horizon())
	if actor.Role == role.Patient {
		from = now.Add(settings.MinNotice())
	}
	return from, until, nil
}
