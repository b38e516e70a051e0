package calendar

import (
	"net/mail"
	"net/url"
	"strconv"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Event is a visit in a calendar.
type Event struct {
	ID        string // of the visit; with Host it is the UID, which never changes
	Host      string // see the function Host
	Sequence  int    // larger with every change: the version of the visit
	Starts    time.Time
	Ends      time.Time
	Zone      *time.Location // of the hospital
	Summary   string
	Location  string       // may be empty
	URL       string       // may be empty
	Organizer mail.Address // whom a mail comes from; empty: none
	Attendee  mail.Address // whom a mail goes to; not in feeds, where it would be asked to answer
	Tentative bool         // it is requested, and not confirmed
	Cancelled bool
	Stamp     time.Time // of this version
}

// UID identifies the event in all calendars.
func (e Event) UID() string { return "visit-" + e.ID + "@" + e.Host }

const utcFormat = "20060102T150405Z"

// published returns the event without an attendee.
func (e Event) published() *ics.VEvent {
	v := ics.NewEvent(clean(e.UID()))
	stamp := e.Stamp.UTC().Format(utcFormat)
	v.SetProperty(ics.ComponentPropertyDtstamp, stamp)
	v.SetProperty(ics.ComponentPropertyLastModified, stamp)
	v.SetProperty(ics.ComponentPropertySequence, strconv.Itoa(e.Sequence))
	setTime(v, ics.ComponentPropertyDtStart, e.Starts.In(e.Zone))
	setTime(v, ics.ComponentPropertyDtEnd, e.Ends.In(e.Zone))
	v.SetProperty(ics.ComponentPropertySummary, clean(e.Summary))
	if e.Location != "" {
		v.SetProperty(ics.ComponentPropertyLocation, clean(e.Location))
	}
	if address, err := url.Parse(clean(e.URL)); err == nil && e.URL != "" {
		v.SetProperty(ics.ComponentPropertyUrl, address.String())
	}
	status, shownAs := e.status()
	v.SetProperty(ics.ComponentPropertyStatus, string(status))
	v.SetProperty(ics.ComponentPropertyTransp, string(shownAs))
	v.SetProperty(ics.ComponentPropertyClass, string(ics.ClassificationPrivate))
	if e.Organizer.Address != "" {
		v.SetProperty(ics.ComponentProperty("ORGANIZER"+name(e.Organizer)), mailto(e.Organizer))
	}
	return v
}

// sent returns the event as it is sent to its attendee. Mail programs file it without a question: an answer is neither
// expected nor read.
func (e Event) sent() *ics.VEvent {
	v := e.published()
	const accepted = ";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"
	v.SetProperty(ics.ComponentProperty("ATTENDEE"+name(e.Attendee)+accepted), mailto(e.Attendee))
	return v
}

// status returns the status of the event, and whether its time is shown as busy.
func (e Event) status() (ics.ObjectStatus, ics.TimeTransparency) {
	switch {
	case e.Cancelled:
		return ics.ObjectStatusCancelled, ics.TransparencyTransparent
	case e.Tentative:
		return ics.ObjectStatusTentative, ics.TransparencyOpaque
	}
	return ics.ObjectStatusConfirmed, ics.TransparencyOpaque
}

// setTime writes a time of the hospital's clock. A time that its clock shows twice, because it is set back, is written
// in UTC: programs differ in which of both they take.
func setTime(v *ics.VEvent, property ics.ComponentProperty, t time.Time) {
	if t.Location() == time.UTC || shownTwice(t) {
		v.SetProperty(property, t.UTC().Format(utcFormat))
		return
	}
	v.SetProperty(property, t.Format(localFormat), ics.WithTZID(t.Location().String()))
}
