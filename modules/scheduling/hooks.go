package scheduling

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// WentAway happens when somebody is away at another time than before.
var WentAway = kit.Event{Collection: "time_off", Happened: func(before, after *core.Record) bool {
	return after.GetBool("active") && (before == nil || kit.Changed(before, after))
}}

func hooks(app core.App) {
	kit.OnCreate(app, "schedules", func(e *core.RecordEvent) error {
		e.Record.Set("active", true)
		return checkHours(e)
	})
	kit.OnUpdate(app, "schedules", func(e *core.RecordEvent, _ *core.Record) error { return checkHours(e) })
	kit.OnCreate(app, "time_off", func(e *core.RecordEvent) error {
		e.Record.Set("active", true)
		return checkAbsence(e)
	})
	kit.OnUpdate(app, "time_off", func(e *core.RecordEvent, _ *core.Record) error { return checkAbsence(e) })
}

// checkHours refuses hours that cannot be, and those that meet others of the same
// doctor. What is missing, PocketBase refuses by name.
func checkHours(e *core.RecordEvent) error {
	h := hoursOf(e.Record)
	for _, name := range []string{"valid_from", "valid_until"} {
		if text := e.Record.GetString(name); text != "" {
			if _, err := time.Parse(time.DateOnly, text); err != nil {
				return kit.Invalid(name, "invalid_date", "This must be a day such as 2030-12-31.")
			}
		}
	}
	switch {
	case e.Record.GetString("start_time") == "" || e.Record.GetString("end_time") == "":
	case h.Closes <= h.Opens:
		return kit.Invalid("end_time", "ends_before_starts", "The end must be after the start, on the same day. A night is two schedules: one until 24:00, and one from 00:00 on the next day.")
	case h.Closes-h.Opens < h.Slot:
		return kit.Invalid("slot_minutes", "slot_too_long", "Not even one slot fits between the start and the end.")
	}
	if h.Until != "" && h.Until < h.From {
		return kit.Invalid("valid_until", "ends_before_starts", "The last day must not be before the first.")
	}
	if !e.Record.GetBool("active") {
		return e.Next()
	}
	others, err := e.App.FindAllRecords("schedules", dbx.HashExp{"doctor": e.Record.GetString("doctor"), "weekday": h.Weekday, "active": true}, dbx.Not(dbx.HashExp{"id": e.Record.Id}))
	if err != nil {
		return err
	}
	for _, other := range others {
		if h.meets(hoursOf(other)) {
			return kit.Conflict("start_time", "schedule_overlap", "The doctor has other hours then: "+other.GetString("start_time")+" to "+other.GetString("end_time")+". Change or end those first.")
		}
	}
	return e.Next()
}

// meets says whether two schedules of one weekday are ever in force at the same time.
func (h Hours) meets(other Hours) bool {
	return h.Opens < other.Closes && other.Opens < h.Closes &&
		(other.Until == "" || h.From <= other.Until) && (h.Until == "" || other.From <= h.Until)
}

const longestAbsence = 366 * 24 * time.Hour

func checkAbsence(e *core.RecordEvent) error {
	starts, ends := e.Record.GetDateTime("starts").Time(), e.Record.GetDateTime("ends").Time()
	switch {
	case starts.IsZero() || ends.IsZero(): // likewise
	case !ends.After(starts):
		return kit.Invalid("ends", "ends_before_starts", "The end must be after the start.")
	case ends.Sub(starts) > longestAbsence:
		return kit.Invalid("ends", "too_many_days", "A time off is at most 366 days long. For longer ones end the schedules, or deactivate the doctor.")
	}
	return e.Next()
}
