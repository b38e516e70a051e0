package scheduling

import (
	"encoding/json"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// Load reads the hours of some doctors, and when they are away between two
// instants. Who has no hours has an empty agenda. The visits are for the caller
// to add.
func Load(app core.App, doctors []string, from, to time.Time) (map[string]*Agenda, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	agendas := map[string]*Agenda{}
	for _, doctor := range doctors {
		agendas[doctor] = &Agenda{Zone: settings.Zone()}
	}
	who := dbx.Params{"doctors": JSONArray(doctors), "from": kit.FormatInstant(from), "to": kit.FormatInstant(to)}

	var rows []struct {
		Doctor                string
		Weekday               int
		StartTime, EndTime    string
		SlotMinutes, Capacity int
		ValidFrom, ValidUntil string
		Room                  string
	}
	err = app.DB().NewQuery(`SELECT s.doctor, s.weekday, s.start_time, s.end_time, s.slot_minutes, s.capacity, s.valid_from, s.valid_until, s.room
		FROM json_each({:doctors}) d CROSS JOIN schedules s ON s.doctor = d.value WHERE s.active`).Bind(dbx.Params{"doctors": who["doctors"]}).All(&rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		a := agendas[r.Doctor]
		a.Schedules = append(a.Schedules, Schedule{r.Weekday, parseTimeOfDay(r.StartTime), parseTimeOfDay(r.EndTime), r.SlotMinutes, r.Capacity, r.ValidFrom, r.ValidUntil, r.Room})
	}

	var spans []struct{ Doctor, Starts, Ends string }
	err = app.DB().NewQuery(`SELECT t.doctor, t.starts, t.ends FROM (SELECT value FROM json_each({:doctors}) UNION ALL SELECT '') d
		CROSS JOIN time_off t ON t.doctor = d.value WHERE t.ends > {:from} AND t.starts < {:to} AND t.active`).
		Bind(who).All(&spans)
	if err != nil {
		return nil, err
	}
	for _, s := range spans {
		away, err := ParseInterval(s.Starts, s.Ends)
		if err != nil {
			return nil, err
		}
		for doctor, a := range agendas {
			if s.Doctor == "" || s.Doctor == doctor {
				a.Away = append(a.Away, away)
			}
		}
	}
	return agendas, nil
}

// JSONArray is ids as json_each takes them.
func JSONArray(ids []string) string {
	text, err := json.Marshal(ids)
	if err != nil {
		panic(err) // text always becomes JSON
	}
	return string(text)
}

// ParseInterval reads a span as the database writes it.
func ParseInterval(starts, ends string) (s Interval, err error) {
	if s.Starts, err = kit.ParseInstant(starts); err != nil {
		return s, err
	}
	s.Ends, err = kit.ParseInstant(ends)
	return s, err
}

func scheduleOf(r *core.Record) Schedule {
	return Schedule{r.GetInt("weekday"), parseTimeOfDay(r.GetString("start_time")), parseTimeOfDay(r.GetString("end_time")), r.GetInt("slot_minutes"), r.GetInt("capacity"),
		r.GetString("valid_from"), r.GetString("valid_until"), r.GetString("room")}
}

// parseTimeOfDay is a time of day in minutes after midnight: 570 for "09:30".
func parseTimeOfDay(clock string) int {
	if len(clock) != len("09:30") {
		return 0 // refused when it was written
	}
	digit := func(i int) int { return int(clock[i] - '0') }
	return 60*(10*digit(0)+digit(1)) + 10*digit(3) + digit(4)
}
