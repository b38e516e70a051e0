package notices

import (
	"io"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/letters"
	"hospital/internal/outbox"
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/billing"
	"hospital/modules/hospital"
	"hospital/modules/patients"
	"hospital/modules/webhooks"
)

// composeNotice names the patient, the time and the hospital, and not why the patient comes or to whom.
func composeNotice(app core.App, record *core.Record) (*mailer.Message, error) {
	notice := Notice{record}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	letter, err := notice.letter(app, settings)
	if err != nil {
		return nil, err
	}
	if letter.To.Address == "" {
		return nil, outbox.Skip(noAddress)
	}
	return letter.Mail(app, settings.House()), nil
}

func (n Notice) letter(app core.App, settings hospital.Settings) (letters.Letter, error) {
	m := n.message()
	letter := letters.Letter{Text: string(m.to) + "." + string(m.kind), Note: n.note(),
		Link: portal(app, m.view), Values: letters.Values{}}
	if err := n.address(app, &letter); err != nil {
		return letter, err
	}
	var err error
	switch {
	case n.appointment() != "":
		err = n.setVisitValues(app, settings, &letter)
	case m.kind == DayList:
		err = n.setDayValues(app, settings, &letter)
	case m.kind == Absence:
		letter.Values["new"] = n.newStarts()
	default:
		err = n.setBillingValues(app, settings, &letter)
	}
	if err == nil && slices.Contains(optional, m.kind) {
		letter.Unsubscribe, letter.Page, err = n.links(app)
	}
	return letter, err
}

// address sets where the mail goes and its language: those of the account, or of the patient.
func (n Notice) address(app core.App, letter *letters.Letter) error {
	var user accounts.User
	if n.recipient() != "" {
		found, err := app.FindRecordById("users", n.recipient())
		if err != nil {
			return err
		}
		user.Record = found
		letter.To, letter.Language = user.To(), user.Language()
	}
	if n.audience() == Doctor {
		return nil
	}
	patient, err := patients.Find(app, n.patient())
	if err != nil {
		return err
	}
	letter.Values["patient"] = patient.Name()
	letter.To.Name = patient.Name()
	if patient.Email() != "" {
		letter.To.Address = patient.Email()
	}
	if letter.Language == "" {
		letter.Language = patient.Language()
	}
	return nil
}

func (n Notice) setVisitValues(app core.App, settings hospital.Settings, letter *letters.Letter) error {
	booked, err := app.FindRecordById("appointments", n.appointment())
	if err != nil {
		return err
	}
	visit := appointments.Appointment{Record: booked}
	letter.Values["number"], letter.Values["old"], letter.Values["new"] = visit.Number(), n.oldStarts(), n.newStarts()
	if n.audience() == Patient && n.kind() != Reminder {
		text := n.invitation(app, visit, *letter, settings.House())
		letter.Attachments = map[string]io.Reader{"visit.ics": strings.NewReader(text)}
	}
	if n.kind() == Moved && n.audience() == Patient && visit.Status() == appointments.Pending {
		letter.Text += "_request"
	}
	return nil
}

func (n Notice) setDayValues(app core.App, settings hospital.Settings, letter *letters.Letter) error {
	day, err := time.ParseInLocation(time.DateOnly, n.aboutID(), settings.Zone())
	if err != nil {
		return err
	}
	visits, err := dayOf(app, n.recipient(), day)
	if err != nil {
		return err
	}
	if len(visits) == 0 {
		return outbox.Skip(changedAgain)
	}
	letter.Count = len(visits)
	letter.Values["date"], letter.Values["time"] = letters.Day(day), letters.TimeOfDay(visits[0].Starts())
	return nil
}

// setBillingValues sets what is said of bills and payments. Nothing is said of documents and prescriptions.
func (n Notice) setBillingValues(app core.App, settings hospital.Settings, letter *letters.Letter) error {
	if n.kind() == NewDocument || n.kind() == NewPrescription || n.kind() == Message {
		return nil
	}
	collection, id, _ := strings.Cut(n.about(), "/")
	found, err := app.FindRecordById(collection, id)
	if err != nil {
		return err
	}
	if n.kind() == BillIssued {
		bill := billing.Bill{Record: found}
		letter.Values["number"], letter.Values["due"] = bill.Number(), letters.Date(bill.DueOn())
		letter.Values["amount"] = letters.Money{Amount: bill.Total(), Currency: bill.Currency(),
			Exponent: settings.ExponentOf(bill.Currency())}
		return nil
	}
	payment := billing.Payment{Record: found}
	letter.Values["number"] = payment.Receipt()
	letter.Values["amount"] = letters.Money{Amount: payment.Amount(), Currency: payment.Currency(),
		Exponent: settings.ExponentOf(payment.Currency())}
	return nil
}

// portal is the address of a view of the portal.
func portal(app core.App, view string) string {
	return strings.TrimSuffix(app.Settings().Meta.AppURL, "/") + "/#/" + view
}

// alertViews are the views of the portal where the mails about alerts lead.
var alertViews = map[AlertKind]string{Emergency: "emergencies", Registration: "accounts", MailsFail: "accounts"}

// composeAlert names who opened a record and when. The patient is named in the review
// queue only.
func composeAlert(app core.App, record *core.Record) (*mailer.Message, error) {
	alert := Alert{record}
	found, err := app.FindRecordById("users", alert.user())
	if err != nil {
		return nil, err
	}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	admin := accounts.User{Record: found}
	letter := letters.Letter{To: admin.To(), Language: admin.Language(), Text: "admin." + string(alert.kind()),
		Link: portal(app, alertViews[alert.kind()])}
	if alert.kind() == Emergency {
		if letter.Values, err = emergencyValues(app, alert.breakGlass()); err != nil {
			return nil, err
		}
	}
	return letter.Mail(app, settings.House()), nil
}

func emergencyValues(app core.App, breakGlass string) (letters.Values, error) {
	access, err := app.FindRecordById("break_glass", breakGlass)
	if err != nil {
		return nil, err
	}
	emergency := patients.EmergencyAccess{Record: access}
	opener, err := app.FindRecordById("users", emergency.User())
	if err != nil {
		return nil, err
	}
	return letters.Values{"name": accounts.User{Record: opener}.Name(), "new": emergency.Created()}, nil
}

// composeLink names the record by its number only: the old account may be a stranger's.
func composeLink(app core.App, record *core.Record) (*mailer.Message, error) {
	notice := LinkNotice{record}
	patient, err := patients.Find(app, notice.patient())
	if err != nil {
		return nil, err
	}
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	letter := letters.Letter{To: mail.Address{Address: patient.Email()}, Language: patient.Language(),
		Text: "account.linked_elsewhere", Link: portal(app, ""), Values: letters.Values{"number": notice.mrn()}}
	if notice.user() != "" {
		user, err := app.FindRecordById("users", notice.user())
		if err != nil {
			return nil, err
		}
		letter.To.Address, letter.Language = user.Email(), accounts.User{Record: user}.Language()
		letter.Text = "account." + string(notice.kind())
	}
	if letter.To.Address == "" {
		return nil, outbox.Skip(noAddress)
	}
	return letter.Mail(app, settings.House()), nil
}

// publish hands a notice to a gateway for text messages. It has no name but the patient's, as mails.
func (n Notice) publish(tx core.App, settings hospital.Settings) error {
	letter, err := n.letter(tx, settings)
	if err != nil {
		return err
	}
	patient, err := patients.Find(tx, n.patient())
	if err != nil {
		return err
	}
	house := settings.House()
	data := map[string]any{
		"id": n.Id, "kind": string(n.kind()), "patient": n.patient(), "appointment": n.appointment(),
		"phone": patient.Phone(), "language": letters.LanguageOf(letter.Language, house.Language),
		"text": letter.Sentence(house) + " " + house.Name,
	}
	return webhooks.Publish(tx, webhooks.Event{Type: webhooks.Notice, Subject: "patients/" + n.patient(), Data: data})
}
