package scheduling

import "time"

// day is a calendar day without a zone.
type day struct {
	year  int
	month time.Month
	date  int
}

// dayOf is the day of an instant in a zone.
func dayOf(t time.Time, zone *time.Location) day {
	year, month, date := t.In(zone).Date()
	return day{year, month, date}
}

// minuteOfDay is the local time of day, in minutes after midnight.
func minuteOfDay(t time.Time, zone *time.Location) int {
	hour, minute, _ := t.In(zone).Clock()
	return 60*hour + minute
}

func (d day) String() string { return d.wall(0).Format(time.DateOnly) }

func (d day) next() day { return d.plus(1) }

func (d day) plus(days int) day {
	return dayOf(time.Date(d.year, d.month, d.date+days, 0, 0, 0, 0, time.UTC), time.UTC)
}

func (d day) after(other day) bool { return d.wall(0).After(other.wall(0)) }

// weekday is 1 on Monday and 7 on Sunday.
func (d day) weekday() int { return (int(d.wall(0).Weekday())+6)%7 + 1 }

// wall is a local time of the day as an instant in UTC, for calculations.
func (d day) wall(minute int) time.Time {
	return time.Date(d.year, d.month, d.date, 0, minute, 0, 0, time.UTC)
}

// start is the first instant of the day. It is not midnight where daylight saving time
// starts at midnight.
func (d day) start(zone *time.Location) time.Time {
	for minute := range 24 * 60 {
		if at := d.at(minute, zone); len(at) > 0 {
			return at[0]
		}
	}
	return d.next().start(zone) // the zone skipped the day when it crossed the date line
}

// at are the instants of the day at which the local clock shows a time, in minutes
// after midnight: one, or none or two around a daylight saving change.
func (d day) at(minute int, zone *time.Location) (instants []time.Time) {
	wall := d.wall(minute)
	for _, beside := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(beside).In(zone).Zone() // before and after any change nearby
		t := wall.Add(-time.Duration(offset) * time.Second)
		if minuteOfDay(t, zone) == minute && dayOf(t, zone) == d && (len(instants) == 0 || !instants[0].Equal(t)) {
			instants = append(instants, t)
		}
	}
	if len(instants) == 2 && instants[1].Before(instants[0]) {
		instants[0], instants[1] = instants[1], instants[0]
	}
	return instants
}

// Today is the hospital's current day, as midnight in UTC: a day without a zone.
func Today(now time.Time, zone *time.Location) time.Time { return dayOf(now, zone).wall(0) }

// StartOfDay is the first instant of a day in a zone. The day is given as midnight in UTC.
func StartOfDay(d time.Time, zone *time.Location) time.Time { return dayOf(d, time.UTC).start(zone) }
