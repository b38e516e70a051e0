package patients

import (
	"database/sql"
	"errors"
	"net/http"
	"net/mail"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/internal/outbox"
	"hospital/modules/hospital"
)

// errCode is the answer to every code that links nothing, so that it does not tell why.
var errCode = kit.Invalid("code", "invalid_link_code",
	"This code is wrong, used or expired. Ask the front desk for a new one.")

// linkRecord links the record of a code to the caller's account.
func linkRecord(r *kit.Request) error {
	sent := struct {
		Code string `json:"code" form:"code"`
	}{}
	if err := kit.BindBody(r.RequestEvent, &sent); err != nil {
		return err
	}
	right, wait := startAttempt(r.App, r.Caller.ID)
	if wait > 0 {
		return kit.TooManyRequests(r.RequestEvent, "code", "too_many_tries", "Too many wrong codes. Wait a little.", wait)
	}
	var linked string
	err := r.App.RunInTransaction(func(tx core.App) (err error) {
		linked, err = redeem(tx, r.Caller, sent.Code)
		return err
	})
	if err != nil {
		return err
	}
	right()
	return r.JSON(http.StatusOK, map[string]string{"patient": linked})
}

// redeem uses a code. The code is checked in the transaction: the second of two concurrent requests is
// refused.
func redeem(tx core.App, caller kit.Actor, text string) (patient string, err error) {
	found, err := tx.FindFirstRecordByData("link_codes", "token_hash", hashCode(text))
	if errors.Is(err, sql.ErrNoRows) {
		return "", errCode
	}
	if err != nil {
		return "", err
	}
	code, now := LinkCode{found}, kit.Now(tx)
	record, err := Find(tx, code.patient())
	if err != nil {
		return "", err
	}
	if !code.usable(now) || record.User() != "" || record.mergedInto() != "" {
		return "", errCode
	}
	code.use(caller.ID, now)
	if err := tx.Save(kit.SetActor(caller, found)); err != nil {
		return "", err
	}
	record.setUser(caller.ID)
	record.setUserReason("")
	return record.Id, tx.Save(kit.SetActor(caller, record.Record))
}

// composeCode composes the mail with a code. The code is drawn in the transaction that reads the record
// again: it may have been used, replaced or linked meanwhile.
func composeCode(app core.App, record *core.Record) (m *mailer.Message, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		fresh, err := tx.FindRecordById(record.Collection(), record.Id)
		if err != nil {
			return err
		}
		code := LinkCode{fresh}
		patient, err := Find(tx, code.patient())
		if err != nil {
			return err
		}
		if !code.usable(kit.Now(tx)) || patient.User() != "" || patient.Email() == "" {
			return outbox.Skip("The code is no longer needed, or the patient has no email address.")
		}
		settings, err := hospital.Of(tx)
		if err != nil {
			return err
		}
		text := code.draw()
		if err := tx.Save(fresh); err != nil {
			return err
		}
		letter := letters.Letter{To: mail.Address{Name: patient.Name(), Address: patient.Email()},
			Language: patient.Language(), Text: "account.record_code", Code: text, Link: app.Settings().Meta.AppURL}
		m = letter.Mail(app, settings.House())
		return nil
	})
	return m, err
}
