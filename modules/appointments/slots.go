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

// FreeSlot is a bookable time in a response.
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

// activeVisits are the active visits that overlap the time between two instants, by doctor
// or by patient as the column says. One visit can be excluded by its id.
func activeVisits(
	app core.App, column string, ids []string, from, to time.Time, except string,
) (map[string][]scheduling.Interval, error) {
	sql := selectActive("i.value", column, "ids")
	return visitsOf(app, sql, dbx.Params{"ids": scheduling.JSONArray(ids)}, from, to, except)
}

// visitsBeside are the other active visits at the time of a visit: under "doctor" those of
// its doctor, under "patient" those of its patient.
func visitsBeside(app core.App, a Appointment) (map[string][]scheduling.Interval, error) {
	params := dbx.Params{
		"doctors": scheduling.JSONArray([]string{a.Doctor()}), "patients": scheduling.JSONArray([]string{a.Patient()}),
	}
	sql := selectActive("'doctor'", "doctor", "doctors") + " UNION ALL " + selectActive("'patient'", "patient", "patients")
	return visitsOf(app, sql, params, a.Starts(), a.Ends(), a.Id)
}

func selectActive(owner, column, ids string) string {
	return `SELECT ` + owner + ` AS owner, a.starts, a.ends
		FROM json_each({:` + ids + `}) i CROSS JOIN appointments a ON a.[[` + column + `]] = i.value
		WHERE a.starts < {:to} AND a.starts > {:back} AND a.ends > {:from}
		AND a.status IN ('pending', 'approved') AND a.id != {:except}`
}

func visitsOf(
	app core.App, sql string, params dbx.Params, from, to time.Time, except string,
) (map[string][]scheduling.Interval, error) {
	var rows []struct{ Owner, Starts, Ends string }
	params["except"], params["from"], params["to"] = except, kit.FormatInstant(from), kit.FormatInstant(to)
	params["back"] = kit.FormatInstant(from.Add(-maxVisit))
	if err := app.DB().NewQuery(sql).Bind(params).All(&rows); err != nil {
		return nil, err
	}
	visits := map[string][]scheduling.Interval{}
	for _, r := range rows {
		interval, err := scheduling.ParseInterval(r.Starts, r.Ends)
		if err != nil {
			return nil, err
		}
		visits[r.Owner] = append(visits[r.Owner], interval)
	}
	return visits, nil
}

// loadAgendas reads the agendas of some doctors between two instants, with their booked
// visits. A visit that is being moved is excluded by its id.
func loadAgendas(
	app core.App, doctors []string, from, to time.Time, except string,
) (map[string]*scheduling.Agenda, error) {
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

// scheduleFrom is a doctor's agenda without booked visits, from an instant on for the
// longest visit. It is read once per transaction.
func scheduleFrom(app core.App, doctor string, from time.Time) (*scheduling.Agenda, error) {
	return kit.Once(app, "schedule of "+doctor+" from "+kit.FormatInstant(from), func() (*scheduling.Agenda, error) {
		all, err := scheduling.Load(app, []string{doctor}, from, from.Add(maxVisit))
		return all[doctor], err
	})
}

// defaultEnd is the end of a visit that was sent without one: the end of its slot, or after
// the length of a slot when it starts between slots.
func defaultEnd(app core.App, a Appointment) (time.Time, error) {
	agenda, err := scheduleFrom(app, a.Doctor(), a.Starts())
	if err != nil {
		return time.Time{}, err
	}
	if slot, ok := agenda.SlotAt(a.Starts()); ok {
		return slot.Ends, nil
	}
	if schedule, ok := agenda.ScheduleAt(a.Starts(), a.Starts().Add(time.Minute)); ok {
		return a.Starts().Add(time.Duration(schedule.Slot) * time.Minute), nil
	}
	return a.Starts().Add(defaultVisit), nil
}

// endAfterMove is the end of a visit that was moved without one: the end of its new slot. A
// custom length is kept.
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
	maxSuggestions  = 5              // free slots in a refusal
	firstSearchStep = 24 * time.Hour // of a search for free slots; each further step is twice as long
)

// suggestSlots adds the doctor's next free slots to the refusal of a time.
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
	found, err := slotSearch{visit: a, actor: kit.ActorOf(refused), length: length}.first(app, maxSuggestions)
	if err != nil {
		return err
	}
	free := make([]FreeSlot, 0, len(found)) // an empty list, not null
	for _, s := range found {
		free = append(free, newFreeSlot(a.Doctor(), s))
	}
	return kit.WithParams(refusal, map[string]any{"slots": free})
}

// customLength is the length of a visit that differs from its slot, and 0 for a visit that
// takes its slot.
func customLength(tx core.App, a Appointment) (time.Duration, error) {
	agenda, err := scheduleFrom(tx, a.Doctor(), a.Starts())
	if err != nil {
		return 0, err
	}
	if slot, ok := agenda.SlotAt(a.Starts()); ok && slot.Ends.Equal(a.Ends()) {
		return 0, nil
	}
	if !a.Overbook() && a.length() == defaultVisit {
		return 0, nil // the default outside the schedule
	}
	return a.length(), nil
}

// bookingWindow is the time for which the actor may book: from now on, for patients from the
// minimum notice on, until the booking horizon.
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
