package scheduling

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Schedule is the hours of a doctor on one day of every week, in the hospital's zone.
type Schedule struct {
	Weekday       int // Monday is 1
	Opens, Closes int // minutes after midnight
	Slot          int // minutes
	Capacity      int // visits at the same time
	From, Until   string
	Room          string
}

// on says whether the schedule is valid on a day.
func (s Schedule) on(d day) bool {
	date := d.String()
	return d.weekday() == s.Weekday && s.From <= date && (s.Until == "" || date <= s.Until)
}

// overlaps says whether two schedules of one weekday are ever valid at the same time.
func (s Schedule) overlaps(other Schedule) bool {
	return s.Opens < other.Closes && other.Opens < s.Closes &&
		(other.Until == "" || s.From <= other.Until) && (s.Until == "" || other.From <= s.Until)
}

// slots are the slots of one day. Around a daylight saving change a slot exists each
// time the local clock shows its start and then every minute up to its end: not at all
// in the hour that is skipped, and twice in the hour that is repeated.
func (s Schedule) slots(d day, zone *time.Location) (slots []Slot) {
	length := time.Duration(s.Slot) * time.Minute
	for minute := s.Opens; minute+s.Slot <= s.Closes; minute += s.Slot {
		for _, starts := range d.at(minute, zone) {
			ends := starts.Add(length)
			if minuteOfDay(ends.Add(-1), zone) == minute+s.Slot-1 {
				slots = append(slots, Slot{Starts: starts, Ends: ends, Room: s.Room, Capacity: s.Capacity, Remaining: s.Capacity})
			}
		}
	}
	return slots
}

// scheduleRecord is a record of schedules.
type scheduleRecord struct{ *core.Record }

func (r scheduleRecord) doctor() string     { return r.GetString("doctor") }
func (r scheduleRecord) startTime() string  { return r.GetString("start_time") }
func (r scheduleRecord) endTime() string    { return r.GetString("end_time") }
func (r scheduleRecord) active() bool       { return r.GetBool("active") }
func (r scheduleRecord) setActive(yes bool) { r.Set("active", yes) }

func (r scheduleRecord) setDoctor(id string) { r.Set("doctor", id) }

func (r scheduleRecord) schedule() Schedule {
	return Schedule{r.GetInt("weekday"), parseTimeOfDay(r.startTime()), parseTimeOfDay(r.endTime()),
		r.GetInt("slot_minutes"), r.GetInt("capacity"),
		r.GetString("valid_from"), r.GetString("valid_until"), r.GetString("room")}
}

// sameWeekday are the other active schedules of the doctor on that weekday.
func (r scheduleRecord) sameWeekday(app core.App) (others []scheduleRecord, err error) {
	found, err := app.FindAllRecords("schedules",
		dbx.HashExp{"doctor": r.doctor(), "weekday": r.schedule().Weekday, "active": true},
		dbx.Not(dbx.HashExp{"id": r.Id}))
	for _, other := range found {
		others = append(others, scheduleRecord{other})
	}
	return others, err
}

// parseTimeOfDay is a time of day in minutes after midnight: 570 for "09:30".
func parseTimeOfDay(clock string) int {
	if len(clock) != len("09:30") {
		return 0 // the field's pattern refused it when it was written
	}
	digit := func(i int) int { return int(clock[i] - '0') }
	return 60*(10*digit(0)+digit(1)) + 10*digit(3) + digit(4)
}
