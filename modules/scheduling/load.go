package scheduling

import (
	"encoding/json"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// Load reads the schedules of some doctors, and their time off between two instants.
// A doctor without a schedule has an empty agenda. The caller adds the booked visits.
func Load(app core.App, doctors []string, from, to time.Time) (map[string]*Agenda, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	agendas := map[string]*Agenda{}
	for _, doctor := range doctors {
		agendas[doctor] = &Agenda{Zone: settings.Zone()}
	}
	ids := JSONArray(doctors)

	var rows []struct {
		Doctor                string
		Weekday               int
		StartTime, EndTime    string
		SlotMinutes, Capacity int
		ValidFrom, ValidUntil string
		Room                  string
	}
	err = app.DB().NewQuery(`SELECT s.doctor, s.weekday, s.start_time, s.end_time, s.slot_minutes, s.capacity,
			s.valid_from, s.valid_until, s.room
		FROM json_each({:doctors}) d CROSS JOIN schedules s ON s.doctor = d.value WHERE s.active`).
		Bind(dbx.Params{"doctors": ids}).All(&rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		a := agendas[r.Doctor]
		a.Schedules = append(a.Schedules, Schedule{r.Weekday, parseTimeOfDay(r.StartTime), parseTimeOfDay(r.EndTime),
			r.SlotMinutes, r.Capacity, r.ValidFrom, r.ValidUntil, r.Room})
	}

	var absences []struct{ Doctor, Starts, Ends string }
	err = app.DB().NewQuery(`SELECT t.doctor, t.starts, t.ends
		FROM (SELECT value FROM json_each({:doctors}) UNION ALL SELECT '') d
		CROSS JOIN time_off t ON t.doctor = d.value
		WHERE t.ends > {:from} AND t.starts < {:to} AND t.active`).
		Bind(dbx.Params{"doctors": ids, "from": kit.FormatInstant(from), "to": kit.FormatInstant(to)}).All(&absences)
	if err != nil {
		return nil, err
	}
	for _, absence := range absences {
		interval, err := ParseInterval(absence.Starts, absence.Ends)
		if err != nil {
			return nil, err
		}
		for doctor, a := range agendas {
			if absence.Doctor == "" || absence.Doctor == doctor {
				a.Away = append(a.Away, interval)
			}
		}
	}
	return agendas, nil
}

// JSONArray encodes ids for SQLite's json_each.
func JSONArray(ids []string) string {
	text, err := json.Marshal(ids)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

// ParseInterval reads an interval from two columns of the database.
func ParseInterval(starts, ends string) (i Interval, err error) {
	if i.Starts, err = kit.ParseInstant(starts); err != nil {
		return i, err
	}
	i.Ends, err = kit.ParseInstant(ends)
	return i, err
}
