// Package calendar writes visits as iCalendar (RFC 5545, RFC 5546), for mails and for feeds.
package calendar

import (
	"net/mail"
	"net/url"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Event is a visit in somebody's calendar. Those with the same ID are versions of one: programs keep the one with the
// largest Sequence.
type Event struct {
	ID       string // of the visit
	Host     string // name of the server. With the ID it is unique in the world
	Sequence int
	Stamp    time.Time // when this version was made
	Starts   time.Time
	Ends     time.Time
	Status   Status
	Summary  string
	Location string
	URL      string

	Organizer mail.Address // of an invitation
	Attendee  mail.Address
}

// Status says whether a visit takes place.
type Status string

// The statuses.
const (
	Confirmed Status = "CONFIRMED"
	Tentative Status = "TENTATIVE" // requested, and not approved yet
	Cancelled Status = "CANCELLED"
)

// product identifies what wrote the calendar.
const product = "-//Hospital//Hospital//EN"

// ContentType is that of a feed.
const ContentType = "text/calendar; charset=utf-8"

// Invitation is the part of a mail from which programs update a calendar by themselves, and its content type.
func Invitation(e Event, zone *time.Location) (text, contentType string) {
	method := ics.MethodRequest
	if e.Status == Cancelled {
		method = ics.MethodCancel
	}
	c := newCalendar(method, zone, []Event{e})
	return c.Serialize(ics.WithNewLineWindows), "text/calendar; charset=utf-8; method=" + string(method)
}

// Feed is a calendar that programs read again and again.
func Feed(name string, zone *time.Location, events []Event) string {
	c := newCalendar(ics.MethodPublish, zone, events)
	c.SetXWRCalName(name)
	c.SetName(name)
	c.SetXWRTimezone(zone.String())
	c.SetRefreshInterval("PT1H")
	return c.Serialize(ics.WithNewLineWindows)
}

func newCalendar(method ics.Method, zone *time.Location, events []Event) *ics.Calendar {
	c := &ics.Calendar{}
	c.SetVersion("2.0")
	c.SetProductId(product)
	c.SetMethod(method)
	if len(events) > 0 && zone != time.UTC {
		c.AddVTimezone(timezone(zone, events))
	}
	for _, e := range events {
		e.addTo(c, zone)
	}
	return c
}

func (e Event) addTo(c *ics.Calendar, zone *time.Location) {
	event := c.AddEvent("visit-" + e.ID + "@" + e.Host)
	event.SetDtStampTime(e.Stamp)
	event.SetSequence(e.Sequence)
	setTime(event, ics.ComponentPropertyDtStart, e.Starts, zone)
	setTime(event, ics.ComponentPropertyDtEnd, e.Ends, zone)
	event.SetStatus(ics.ObjectStatus(e.Status))
	event.SetSummary(e.Summary)
	if e.Location != "" {
		event.SetLocation(e.Location)
	}
	if e.URL != "" {
		event.SetURL(e.URL)
	}
	event.SetClass(ics.ClassificationPrivate)
	if e.Status == Cancelled {
		event.SetTimeTransparency(ics.TransparencyTransparent)
	} else {
		event.SetTimeTransparency(ics.TransparencyOpaque)
	}
	if e.Organizer.Address != "" {
		event.SetOrganizer(e.Organizer.Address, name(e.Organizer)...)
	}
	if e.Attendee.Address != "" {
		event.AddAttendee(e.Attendee.Address, append(name(e.Attendee), ics.WithRSVP(false),
			ics.ParticipationStatusAccepted)...)
	}
}

// name is the CN of an address, without what a parameter cannot contain.
func name(a mail.Address) []ics.PropertyParameter {
	clean := strings.Map(func(r rune) rune {
		if r == '"' || r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, a.Name)
	if clean == "" {
		return nil
	}
	return []ics.PropertyParameter{ics.WithCN(clean)}
}

const local = "20060102T150405"

// setTime writes a time of the zone. One that comes twice, when the clocks are put back, is written in UTC: programs do
// not agree which of the two a local time means.
func setTime(event *ics.VEvent, property ics.ComponentProperty, t time.Time, zone *time.Location) {
	if t = t.In(zone); zone == time.UTC || comesTwice(t) {
		event.SetProperty(property, t.UTC().Format(local)+"Z")
		return
	}
	event.SetProperty(property, t.Format(local), ics.WithTZID(zone.String()))
}

// comesTwice reports whether the clocks show a local time at two instants.
func comesTwice(t time.Time) bool {
	start, end := t.ZoneBounds()
	for _, change := range []time.Time{start, end} {
		if change.IsZero() {
			continue
		}
		_, before := change.Add(-time.Second).Zone()
		_, after := change.Zone()
		back := time.Duration(before-after) * time.Second
		if back > 0 && !t.Before(change.Add(-back)) && t.Before(change.Add(back)) {
			return true
		}
	}
	return false
}

// Host is the name of the server with an address, for Event.Host.
func Host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}
