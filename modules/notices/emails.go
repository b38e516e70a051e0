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

// composeNotice names the patient, the time and the hospital, and not why the patient comes or to whom.
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
	to, err := notice.address(app, patient)
	if err != nil {
		return nil, err
	}
	if to.Address == "" {
		return nil, outbox.Skip(noAddress)
	}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	return writeNotice(app, settings, notice, patient, appointments.Appointment{Record: booked}, to), nil
}

func writeNotice(app core.App, settings hospital.Settings, notice Notice, patient patients.Patient,
	visit appointments.Appointment, to mail.Address) *mailer.Message {
	m := notice.message()
	when := func(t time.Time) string { return t.In(settings.Zone()).Format(timeFormat) }
	text := "Dear " + to.Name + ",\n\n" +
		m.say(patient.Name(), visit.Number(), when(notice.oldStarts()), when(notice.newStarts()))
	if m.kind == Moved && m.to == Patient && visit.Status() == appointments.Pending {
		text += " The new time is not confirmed yet."
	}
	if notice.note() != "" {
		text += "\n\n" + notice.note()
	}
	text += "\n\nAll visits, and other times: " + app.Settings().Meta.AppURL + "\n\n" + settings.Name() + "\n"
	for _, line := range []string{settings.Address(), settings.Phone()} {
		if line != "" {
			text += line + "\n"
		}
	}
	return outbox.Message(app, to, m.subject+" – "+settings.Name(), text)
}

// address is that of the patient, or of the doctor's account.
func (n Notice) address(app core.App, patient patients.Patient) (to mail.Address, err error) {
	if n.audience() == Doctor {
		user, err := app.FindRecordById("users", n.recipient())
		if err != nil {
			return to, err
		}
		return mail.Address{Name: accounts.User{Record: user}.Name(), Address: user.Email()}, nil
	}
	to.Name = patient.Name()
	to.Address, err = addressOf(app, patient)
	return to, err
}

// composeAlert names who opened a record and when. The patient is named in the review
// queue only.
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
