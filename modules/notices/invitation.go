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
		Starts: n.newStarts(), Status: calendar.Confirmed,
		Summary:  letters.Say(l.Language, "calendar.visit", letters.Values{"house": house.Name}, house),
		Location: house.Address, URL: l.Link,
		Organizer: mail.Address{Name: house.Name, Address: from.SenderAddress}, Attendee: l.To,
	}
	switch {
	case e.Starts.IsZero():
		e.Starts, e.Status = n.oldStarts(), calendar.Cancelled
	case visit.Status() == appointments.Pending:
		e.Status = calendar.Tentative
	}
	e.Ends = e.Starts.Add(visit.Ends().Sub(visit.Starts()))
	text, _ := calendar.Invitation(e, house.Zone)
	return text
}
