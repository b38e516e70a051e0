package scheduling

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

const maxTimeOff = 366 * 24 * time.Hour

func hooks(app core.App) {
	kit.OnCreate(app, "schedules", func(e *core.RecordEvent) error {
		scheduleRecord{e.Record}.setActive(true)
		return checkSchedule(e)
	})
	kit.OnUpdate(app, "schedules", func(e *core.RecordEvent, _ *core.Record) error { return checkSchedule(e) })
	kit.OnCreate(app, "time_off", func(e *core.RecordEvent) error {
		TimeOff{e.Record}.setActive(true)
		return checkTimeOff(e)
	})
	kit.OnUpdate(app, "time_off", func(e *core.RecordEvent, _ *core.Record) error { return checkTimeOff(e) })
}

// checkSchedule refuses impossible hours, and hours that overlap another active
// schedule of the doctor.
func checkSchedule(e *core.RecordEvent) error {
	r := scheduleRecord{e.Record}
	if err := checkHours(r); err != nil {
		return err
	}
	if r.active() {
		others, err := r.sameWeekday(e.App)
		if err != nil {
			return err
		}
		if err := checkOverlap(r, others); err != nil {
			return err
		}
	}
	return e.Next()
}

// CheckImported checks a new schedule of another system, beside the doctor's others and those of earlier lines of the
// file. It returns what is wrong.
func CheckImported(app core.App, schedule *core.Record, earlier []*core.Record) ([]kit.Problem, error) {
	r := scheduleRecord{schedule}
	r.setActive(true)
	return kit.CheckNew(app, schedule, func() error { return checkHours(r) }, func() error {
		others, err := r.sameWeekday(app)
		if err != nil {
			return err
		}
		for _, e := range earlier {
			if other := (scheduleRecord{e}); other.doctor() == r.doctor() && other.schedule().Weekday == r.schedule().Weekday {
				others = append(others, other)
			}
		}
		return checkOverlap(r, others)
	})
}

// SetDoctor sets whose hours a new schedule is.
func SetDoctor(schedule *core.Record, doctor string) { scheduleRecord{schedule}.setDoctor(doctor) }

// IsKnown reports whether the doctor has exactly this schedule.
func IsKnown(app core.App, schedule *core.Record) (bool, error) {
	r := scheduleRecord{schedule}
	others, err := r.sameWeekday(app)
	return slices.ContainsFunc(others, func(o scheduleRecord) bool { return o.schedule() == r.schedule() }), err
}

// checkHours refuses impossible hours. Missing values are left to PocketBase's field validation.
func checkHours(r scheduleRecord) error {
	s := r.schedule()
	for _, field := range []struct{ name, day string }{{"valid_from", s.From}, {"valid_until", s.Until}} {
		if _, err := time.Parse(time.DateOnly, field.day); field.day != "" && err != nil {
			return kit.Invalid(field.name, "invalid_date", "This must be a day such as 2030-12-31.")
		}
	}
	switch {
	case r.startTime() == "" || r.endTime() == "":
	case s.Closes <= s.Opens:
		return kit.Invalid("end_time", "ends_before_starts", "The end must be after the start, on the same day. "+
			"For a night use two schedules: one until 24:00, and one from 00:00 on the next day.")
	case s.Closes-s.Opens < s.Slot:
		return kit.Invalid("slot_minutes", "slot_too_long", "Not even one slot fits between the start and the end.")
	}
	if s.Until != "" && s.Until < s.From {
		return kit.Invalid("valid_until", "ends_before_starts", "The last day must not be before the first.")
	}
	return nil
}

func checkOverlap(r scheduleRecord, others []scheduleRecord) error {
	for _, other := range others {
		if r.schedule().overlaps(other.schedule()) {
			return kit.Conflict("start_time", "schedule_overlap", "The doctor has other hours then: "+
				other.startTime()+" to "+other.endTime()+". Change or end those first.")
		}
	}
	return nil
}

// checkTimeOff refuses an absence that ends before it starts or is too long.
func checkTimeOff(e *core.RecordEvent) error {
	t := TimeOff{e.Record}
	switch {
	case t.Starts().IsZero() || t.Ends().IsZero(): // left to the field validation
	case !t.Ends().After(t.Starts()):
		return kit.Invalid("ends", "ends_before_starts", "The end must be after the start.")
	case t.Ends().Sub(t.Starts()) > maxTimeOff:
		return kit.Invalid("ends", "too_many_days",
			"A time off is at most 366 days long. For longer ones end the schedules, or deactivate the doctor.")
	}
	return e.Next()
}
