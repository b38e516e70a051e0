package notices

import (
	"errors"
	"fmt"
	"net/mail"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

const (
	atOnce  = 50               // notices of one round
	waiting = 30 * time.Second // with a mail server that does not answer
)

// Deliver sends the notices, alerts and letters that are due. Each is claimed before it is
// sent and settled afterwards, outside of any transaction: when the hospital stops
// in between, it is sent again later, and never lost.
func Deliver(app core.App) error {
	return errors.Join(
		deliverAll(app, "registrations", composeRegistration),
		deliverAll(app, "invitations", composeInvitation),
		deliverAll(app, "alerts", composeAlert),
		deliverAll(app, "notices", compose),
	)
}

// composer writes a mail, or says why there is none to write.
type composer func(app core.App, told *core.Record) (m *mailer.Message, why string, err error)

func deliverAll(app core.App, collection string, compose composer) error {
	due, err := app.FindRecordsByFilter(collection, "status = {:pending} && next_try_at <= {:now}", "next_try_at", atOnce, 0,
		dbx.Params{"pending": string(Pending), "now": kit.FormatInstant(kit.Now(app))})
	if err != nil {
		return err
	}
	var failed []error
	for _, told := range due {
		if err := deliver(app, told, compose); err != nil {
			failed = append(failed, fmt.Errorf("%s %s: %w", collection, told.Id, err))
		}
	}
	return errors.Join(failed...)
}

func deliver(app core.App, notice *core.Record, compose composer) error {
	stale, err := claim(app, notice)
	if err != nil || stale {
		return err
	}
	if !app.Settings().SMTP.Enabled {
		return settle(app, notice, map[string]any{"status": string(Skipped), "error": "The hospital has no mail server."})
	}
	m, why, err := compose(app, notice)
	if err != nil {
		return err
	}
	if why == "" {
		if err := send(app, m); err != nil {
			status := Pending
			if notice.GetInt("attempts") == maxAttempts {
				status = Failed
			}
			return errors.Join(err, settle(app, notice, map[string]any{"status": string(status), "error": cut(err.Error(), 500)}))
		}
		return settle(app, notice, map[string]any{"status": string(Sent), "sent_at": kit.Now(app), "error": ""})
	}
	return settle(app, notice, map[string]any{"status": string(Skipped), "error": why})
}

// settle writes down what became of a mail, and leaves the rest of the row as it is
// by now: somebody may have seen it while the mail was on its way.
func settle(app core.App, notice *core.Record, became map[string]any) error {
	return app.RunInTransaction(func(tx core.App) error {
		stored, err := tx.FindRecordById(notice.Collection(), notice.Id)
		if err != nil {
			return err
		}
		stored.Load(became)
		return tx.Save(stored)
	})
}

// claim counts a try and puts off the next one, so that no second round takes the
// same notice. It is stale when another round was faster.
func claim(app core.App, notice *core.Record) (stale bool, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		stored, err := tx.FindRecordById(notice.Collection(), notice.Id)
		if err != nil {
			return err
		}
		if stale = stored.GetString("status") != string(Pending) || stored.GetInt("attempts") != notice.GetInt("attempts"); stale {
			return nil
		}
		tries := notice.GetInt("attempts") + 1
		notice.Set("attempts", tries)
		notice.Set("next_try_at", kit.Now(tx).Add(time.Minute<<tries)) // 2, 4, 8 … minutes
		return tx.Save(notice)
	})
	return stale, err
}

// message is a mail from the hospital.
func message(app core.App, to mail.Address, subject, text string) *mailer.Message {
	from := app.Settings().Meta
	return &mailer.Message{From: mail.Address{Name: from.SenderName, Address: from.SenderAddress}, To: []mail.Address{to}, Subject: subject, Text: text}
}

// compose writes the mail of a notice. It names the time and the hospital, and
// nothing of why the patient comes.
func compose(app core.App, notice *core.Record) (m *mailer.Message, why string, err error) {
	who, err := app.FindRecordById("patients", notice.GetString("patient"))
	if err != nil {
		return nil, "", err
	}
	visit, err := app.FindRecordById("appointments", notice.GetString("appointment"))
	if err != nil {
		return nil, "", err
	}
	moved := Kind(notice.GetString("kind")) == Moved
	if moved && !visit.GetDateTime("starts").Equal(notice.GetDateTime("new_starts")) || moved && visit.GetString("status") == "cancelled" {
		return nil, "The visit was changed again in the meantime.", nil
	}
	address, err := addressOf(app, who)
	if err != nil || address == "" {
		return nil, "The patient has no e-mail address.", err
	}
	house, err := hospital.Of(app)
	if err != nil {
		return nil, "", err
	}
	when := func(field string) string {
		return notice.GetDateTime(field).Time().In(house.Zone()).Format("Monday, 2 January 2006, 15:04 MST")
	}
	text := "Dear " + who.GetString("name") + ",\n\nyour visit on " + when("old_starts") + " does not take place."
	subject := "Your visit was cancelled"
	if moved {
		subject = "Your visit has a new time"
		text = "Dear " + who.GetString("name") + ",\n\nyour visit on " + when("old_starts") + " has been moved to " + when("new_starts") + "."
	}
	if note := notice.GetString("note"); note != "" {
		text += "\n\n" + note
	}
	text += "\n\nTo see your visits, or to choose another time: " + app.Settings().Meta.AppURL + "\n\n" + house.GetString("name") + "\n" + house.GetString("phone") + "\n"
	return message(app, mail.Address{Name: who.GetString("name"), Address: address}, subject+" – "+house.GetString("name"), text), "", nil
}

// send waits for the mail server, but not for ever: PocketBase's client would.
func send(app core.App, m *mailer.Message) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("send: %v", r)
			}
		}()
		done <- app.NewMailClient().Send(m)
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(waiting):
		return errors.New("the mail server does not answer")
	}
}

// cut is the beginning of a text, in whole characters.
func cut(text string, most int) string {
	runes := []rune(text)
	return string(runes[:min(most, len(runes))])
}
