package calendar

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"
)

const localFormat = "20060102T150405"

// timezone describes the clock of a zone in the years from one instant to another: each time at which it is set is a
// component of its own. Rules that repeat would be shorter, but not all zones have them, and some programs read only
// the first of several dates.
func timezone(zone *time.Location, first, last time.Time) *ics.VTimezone {
	described := ics.NewTimezone(zone.String())
	last = endOfYear(last.In(zone))
	at := time.Date(first.In(zone).Year(), time.January, 1, 0, 0, 0, 0, zone)
	for {
		starts, ends := at.ZoneBounds()
		if o := observanceAt(at, starts); len(described.Components) == 0 || o.from != o.to {
			described.Components = append(described.Components, o.component())
		}
		if ends.IsZero() || !ends.Before(last) {
			return described
		}
		// At least a day: on the last day of leap years after 2037, ZoneBounds returns an end that has passed.
		at = later(ends, at.AddDate(0, 0, 1))
	}
}

func endOfYear(t time.Time) time.Time {
	return time.Date(t.Year()+1, time.January, 1, 0, 0, 0, 0, t.Location())
}

// observance is a time at which the clock of a zone was set: the offsets from UTC before and after it, in seconds.
type observance struct {
	at       string // on the clock as it was before
	from, to int
	name     string
	daylight bool
}

// observanceAt returns what is in force at a time, since an instant; since ever, if that is zero.
func observanceAt(at, since time.Time) observance {
	abbreviation, to := at.Zone()
	if since.IsZero() {
		return observance{"19700101T000000", to, to, abbreviation, at.IsDST()}
	}
	_, from := since.Add(-time.Second).Zone()
	clock := since.UTC().Add(time.Duration(from) * time.Second)
	return observance{clock.Format(localFormat), from, to, abbreviation, at.IsDST()}
}

func (o observance) component() ics.Component {
	standard := ics.NewStandard()
	standard.AddProperty(ics.ComponentPropertyDtStart, o.at)
	standard.AddProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), offset(o.from))
	standard.AddProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), offset(o.to))
	standard.AddProperty(ics.ComponentProperty(ics.PropertyTzname), o.name)
	if o.daylight {
		return &ics.Daylight{ComponentBase: standard.ComponentBase}
	}
	return standard
}

// offset writes seconds east of UTC: +0545.
func offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	text := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if rest := seconds % 60; rest != 0 {
		text += fmt.Sprintf("%02d", rest)
	}
	return text
}

// shownTwice reports whether the clock of a zone shows the same time at another instant, too.
func shownTwice(t time.Time) bool {
	starts, ends := t.ZoneBounds()
	return !starts.IsZero() && t.Sub(starts) < setBack(starts) || !ends.IsZero() && ends.Sub(t) <= setBack(ends)
}

// setBack is how far a clock is set back at an instant.
func setBack(at time.Time) time.Duration {
	_, before := at.Add(-time.Second).Zone()
	_, after := at.Zone()
	return time.Duration(before-after) * time.Second
}
