package notices

import (
	"net/mail"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/calendar"
	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/modules/appointments"
)

// invitation is the visit for the calendar of the patient, as it was when the notice was written.
func (n Notice) invitation(app core.App, visit appointments.Appointment, l letters.Letter, house letters.House) string {
	from := app.Settings().Meta
	e := calendar.Event{
		ID: visit.Id, Host: calendar.Host(app.Settings().Meta.AppURL), Sequence: n.version(), Stamp: kit.Now(app),
		Starts: n.newStarts(), Zone: house.Zone, Tentative: visit.Status() == appointments.Pending,
		Summary:  letters.Say(l.Language, "calendar.visit", letters.Values{"house": house.Name}, house),
		Location: house.Address, URL: l.Link,
		Organizer: mail.Address{Name: house.Name, Address: from.SenderAddress}, Attendee: l.To,
	}
	write := calendar.Request
	if e.Starts.IsZero() {
		e.Starts, e.Tentative, write = n.oldStarts(), false, calendar.Cancel
	}
	e.Ends = e.Starts.Add(visit.Ends().Sub(visit.Starts()))
	return string(write(e))
}
