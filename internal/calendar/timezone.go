package calendar

import (
	"fmt"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"
)

// timezone lists every change of the clocks around some events, one by one: rules that repeat would be wrong in years
// in which a country changes them.
func timezone(zone *time.Location, events []Event) *ics.VTimezone {
	tz := ics.NewTimezone(zone.String())
	first := slices.MinFunc(events, func(a, b Event) int { return a.Starts.Compare(b.Starts) }).Starts
	last := slices.MaxFunc(events, func(a, b Event) int { return a.Ends.Compare(b.Ends) }).Ends
	at := first.AddDate(-1, 0, 0).In(zone)
	start, end := at.ZoneBounds()
	if start.IsZero() {
		start = at
	}
	for {
		addObservance(tz, start, zone)
		if end.IsZero() || end.After(last.AddDate(1, 0, 0)) {
			return tz
		}
		start = end
		_, end = start.ZoneBounds()
	}
}

// addObservance adds what the clocks show from an instant on.
func addObservance(tz *ics.VTimezone, start time.Time, zone *time.Location) {
	start = start.In(zone)
	_, before := start.Add(-time.Second).Zone()
	name, now := start.Zone()
	var component ics.Component = &ics.Standard{}
	base := &component.(*ics.Standard).ComponentBase
	if start.IsDST() {
		daylight := &ics.Daylight{}
		component, base = daylight, &daylight.ComponentBase
	}
	base.SetProperty(ics.ComponentPropertyDtStart, start.UTC().Add(time.Duration(before)*time.Second).Format(local))
	base.SetProperty("TZOFFSETFROM", offset(before))
	base.SetProperty("TZOFFSETTO", offset(now))
	base.SetProperty("TZNAME", name)
	tz.Components = append(tz.Components, component)
}

// offset writes an offset from UTC in seconds as +hhmm.
func offset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	text := fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 { // before 1972
		text += fmt.Sprintf("%02d", seconds%60)
	}
	return text
}
