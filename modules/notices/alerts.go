package notices

import (
	"fmt"
	"net/mail"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

var alerts = kit.Collection{
	Name: "alerts",
	Description: "A message to one admin that somebody used emergency access. It is in the portal at once, " +
		"and sent by email.",
	Fields: kit.Fields{
		kit.Relation("user", "users").Required().Help("Admin who is told."),
		kit.Relation("break_glass", "break_glass").Required().Help("Emergency access it is about."),
		kit.Bool("seen").Help("The admin has read it."),
		kit.Select("status", Pending, Sent, Failed, Skipped).Required().
			Help("State of the email. Failed: given up after 8 tries. Skipped: not tried, there is no mail server."),
		kit.Instant("sent_at").Help("When the email was sent."),
		kit.Int("attempts", 0, maxAttempts).Help("How often sending was tried."),
		kit.Instant("next_try_at").Help("When sending is tried next."),
		kit.Text("error", 500).Help("Why the last try failed."),
	},
	Indexes: []kit.Index{
		{Columns: "user, created"},
		{Columns: "break_glass, user", Unique: true},
		{Columns: "status, next_try_at"},
	},
	Policy: kit.Policy{
		role.Admin: {Read: kit.Own("user"), Update: kit.Own("user"), UpdateFields: []string{"seen"}},
	},
}

// AlertAdmins tells every active admin about an emergency access.
func AlertAdmins(tx core.App, broken *core.Record) error {
	admins, err := tx.FindAllRecords("users", dbx.HashExp{"role": string(role.Admin), "status": "active"})
	if err != nil {
		return err
	}
	for _, admin := range admins {
		alert, err := kit.New(tx, "alerts")
		if err != nil {
			return err
		}
		alert.Load(map[string]any{"user": admin.Id, "break_glass": broken.Id, "status": string(Pending), "next_try_at": kit.Now(tx)})
		if err := tx.Save(alert); err != nil {
			return fmt.Errorf("alert of %s: %w", broken.Id, err)
		}
	}
	return nil
}

// composeAlert writes the email of an alert. It names who opened a record and when, but not
// the patient.
func composeAlert(app core.App, alert *core.Record) (m *mailer.Message, why string, err error) {
	admin, err := app.FindRecordById("users", alert.GetString("user"))
	if err != nil {
		return nil, "", err
	}
	broken, err := app.FindRecordById("break_glass", alert.GetString("break_glass"))
	if err != nil {
		return nil, "", err
	}
	who, err := app.FindRecordById("users", broken.GetString("user"))
	if err != nil {
		return nil, "", err
	}
	house, err := hospital.Of(app)
	if err != nil {
		return nil, "", err
	}
	when := broken.GetDateTime("created").Time().In(house.Zone()).Format("Monday, 2 January 2006, 15:04 MST")
	return message(app, mail.Address{Name: admin.GetString("name"), Address: admin.Email()}, "A patient's record was opened without a visit – "+house.GetString("name"),
		who.GetString("name")+" opened a patient's record on their own word on "+when+". It stays open for 60 minutes.\n\n"+
			"The reason waits for your review: "+app.Settings().Meta.AppURL+"\n\n"+house.GetString("name")+"\n"), "", nil
}
