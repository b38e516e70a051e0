// Package calendar writes visits as iCalendar (RFC 5545), for mails (RFC 5546) and for feeds that calendar programs
// subscribe to. In both, a visit has the same UID, so that programs update one event.
package calendar

import (
	"net/url"
	"time"

	ics "github.com/arran4/golang-ical"
)

const (
	product = "-//Hospital//Visits//EN"
	refresh = "PT1H" // how often programs are asked to load a feed again
)

// ContentType is that of a feed.
const ContentType = "text/calendar; charset=utf-8"

// Request writes the calendar part of a mail that adds an event to the calendar of its attendee, or changes it. The
// part has the content type `text/calendar; method=REQUEST; charset=utf-8`.
func Request(e Event) []byte { return forMail(ics.MethodRequest, e) }

// Cancel writes the calendar part of a mail that takes an event back. The part has the content type
// `text/calendar; method=CANCEL; charset=utf-8`.
func Cancel(e Event) []byte {
	e.Cancelled = true
	return forMail(ics.MethodCancel, e)
}

// Feed writes a calendar with a name that programs load again and again. The zone is that of all events; without events
// the calendar is about the current year.
func Feed(name string, zone *time.Location, now time.Time, events []Event) []byte {
	c := newCalendar(ics.MethodPublish)
	c.SetName(clean(name))
	c.SetXWRTimezone(zone.String())
	c.SetRefreshInterval(refresh)
	c.SetXPublishedTTL(refresh)
	first, last := now, now
	for _, e := range events {
		first, last = earlier(first, e.Starts), later(last, e.Ends)
	}
	c.AddVTimezone(timezone(zone, first, last))
	for _, e := range events {
		e.Zone = zone
		c.AddVEvent(e.published())
	}
	return serialize(c)
}

// Host returns the part of a UID behind the @: the host of the hospital's address.
func Host(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() == "" {
		return "hospital"
	}
	return parsed.Hostname()
}

func forMail(method ics.Method, e Event) []byte {
	c := newCalendar(method)
	c.AddVTimezone(timezone(e.Zone, e.Starts, e.Ends))
	c.AddVEvent(e.sent())
	return serialize(c)
}

func newCalendar(method ics.Method) *ics.Calendar {
	c := &ics.Calendar{}
	c.SetProductId(product)
	c.SetVersion("2.0")
	c.SetCalscale("GREGORIAN")
	c.SetMethod(method)
	return c
}

// serialize writes lines of at most 75 octets that end with CRLF.
func serialize(c *ics.Calendar) []byte { return []byte(c.Serialize(ics.WithNewLineWindows)) }

func earlier(x, y time.Time) time.Time {
	if y.Before(x) {
		return y
	}
	return x
}

func later(x, y time.Time) time.Time {
	if y.After(x) {
		return y
	}
	return x
}
