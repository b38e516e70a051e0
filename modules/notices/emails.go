package notices

import (
	"net/mail"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/outbox"
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/patients"
)

const timeFormat = "Monday, 2 January 2006, 15:04 MST"

// composeNotice names the time and the hospital, and not why the patient comes.
func composeNotice(app core.App, record *core.Record) (*mailer.Message, error) {
	notice := Notice{record}
	patient, err := patients.Find(app, notice.patient())
	if err != nil {
		return nil, err
	}
	booked, err := app.FindRecordById("appointments", notice.appointment())
	if err != nil {
		return nil, err
	}
	visit := appointments.Appointment{Record: booked}
	moved := notice.kind() == Moved
	if moved && (!visit.Starts().Equal(notice.newStarts()) || visit.Status() == appointments.Cancelled) {
		return nil, outbox.Skip("The visit was changed again in the meantime.")
	}
	address, err := addressOf(app, patient)
	if err != nil {
		return nil, err
	}
	if address == "" {
		return nil, outbox.Skip(noAddress)
	}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	when := func(t time.Time) string { return t.In(settings.Zone()).Format(timeFormat) }
	subject, change := "Your visit was cancelled", "does not take place."
	if moved {
		subject, change = "Your visit has a new time", "has been moved to "+when(notice.newStarts())+"."
	}
	text := "Dear " + patient.Name() + ",\n\nyour visit on " + when(notice.oldStarts()) + " " + change
	if notice.note() != "" {
		text += "\n\n" + notice.note()
	}
	text += "\n\nTo see your visits, or to choose another time: " + app.Settings().Meta.AppURL + "\n\n" + settings.Name() + "\n" + settings.Phone() + "\n"
	return outbox.Message(app, mail.Address{Name: patient.Name(), Address: address}, subject+" – "+settings.Name(), text), nil
}

// composeAlert names who opened a record and when. Whose record it was stands in the
// review queue.
func composeAlert(app core.App, record *core.Record) (*mailer.Message, error) {
	alert := Alert{record}
	admin, err := app.FindRecordById("users", alert.user())
	if err != nil {
		return nil, err
	}
	access, err := app.FindRecordById("break_glass", alert.breakGlass())
	if err != nil {
		return nil, err
	}
	emergency := patients.EmergencyAccess{Record: access}
	opener, err := app.FindRecordById("users", emergency.User())
	if err != nil {
		return nil, err
	}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	text := accounts.User{Record: opener}.Name() + " opened a patient's record on their own word on " +
		emergency.Created().In(settings.Zone()).Format(timeFormat) + ". It stays open for 60 minutes.\n\n" +
		"The reason waits for your review: " + app.Settings().Meta.AppURL + "\n\n" + settings.Name() + "\n"
	return outbox.Message(app, mail.Address{Name: accounts.User{Record: admin}.Name(), Address: admin.Email()},
		"A patient's record was opened without a visit – "+settings.Name(), text), nil
}
