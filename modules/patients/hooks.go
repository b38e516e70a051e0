package patients

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
	"hospital/modules/accounts"
	"hospital/modules/hospital"
)

func hooks(app core.App) {
	kit.OnCreate(app, "patients", checkNew)
	kit.OnUpdate(app, "patients", checkChange)
	kit.OnCreate(app, "break_glass", openEmergencyAccess)
	kit.OnCreate(app, "patient_merges", merge)
	kit.OnCreate(app, "link_codes", issueCode)
	kit.OnCreate(app, "care_team", checkNewEntry)
	kit.OnUpdate(app, "care_team", checkChangedEntry)
	outbox.Register(app, outbox.Queue{Collection: "link_codes", Columns: linkMail, Compose: composeCode, AtOnce: true})
	app.Cron().MustAdd("hospitalLinkCodes", "23 * * * *", func() {
		if err := DeleteExpiredCodes(app); err != nil {
			app.Logger().Error("delete expired codes", "error", err)
		}
	})
}

func checkNew(e *core.RecordEvent) error {
	patient := Patient{e.Record}
	if err := checkDependants(e.App, patient, kit.ActorOf(e.Record)); err != nil {
		return err
	}
	if err := checkAccount(Patient{core.NewRecord(e.Record.Collection())}, patient); err != nil {
		return err
	}
	n, err := hospital.NextNumber(e.App, "mrn")
	if err != nil {
		return err
	}
	patient.setMRN(MRN(n))
	patient.setActive(true)
	patient.setMergedInto("")
	if err := rejectDuplicate(e.App, patient); err != nil {
		return err
	}
	return check(e)
}

// checkDependants refuses a patient that an account adds to too many others.
func checkDependants(tx core.App, patient Patient, actor kit.Actor) error {
	if actor.Role != role.Patient {
		return nil
	}
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	most := settings.PatientsPerAccount()
	var count int
	err = tx.DB().NewQuery(`SELECT COUNT(*) FROM patients WHERE user = {:user} AND merged_into = ''`).
		Bind(dbx.Params{"user": patient.User()}).Row(&count)
	if err != nil || most == 0 || count < most {
		return err
	}
	return kit.Conflict("user", "patients_per_account", fmt.Sprintf(
		"An account can have %d patients. To add another one, please call the hospital.", most))
}

func checkChange(e *core.RecordEvent, stored *core.Record) error {
	before, after := Patient{stored}, Patient{e.Record}
	if before.mergedInto() != "" && kit.Changed(stored, e.Record) && kit.ActorOf(e.Record).Role != kit.System {
		return kit.Conflict("merged_into", "merged", "This record was merged into another. Change that one.")
	}
	if err := checkAccount(before, after); err != nil {
		return err
	}
	if err := keepHistory(e.App, before, after); err != nil {
		return err
	}
	return check(e)
}

func check(e *core.RecordEvent) error {
	patient := Patient{e.Record}
	patient.setNameKey(NameKey(patient.Name()))
	// PocketBase refuses a missing account.
	if user, err := e.App.FindRecordById("users", patient.User()); err == nil &&
		(accounts.User{Record: user}).Role() != role.Patient {
		return kit.Invalid("user", "wrong_role", "The account of a patient must have the role patient.")
	}
	if err := checkBirthDate(patient.BirthDate(), kit.Now(e.App)); err != nil {
		return err
	}
	return e.Next()
}

func checkBirthDate(day string, now time.Time) error {
	if day == "" {
		return nil
	}
	born, err := time.Parse(time.DateOnly, day)
	if err != nil || born.Year() < 1880 {
		return kit.Invalid("birth_date", "invalid_date", "This must be a day such as 1980-12-31.")
	}
	if born.After(now.Add(14 * time.Hour)) { // the earliest time zone is UTC+14
		return kit.Invalid("birth_date", "in_the_future", "A birth date cannot be in the future.")
	}
	return nil
}

// CreateFromRegistration creates the record of a patient who registered.
func CreateFromRegistration(tx core.App, user *core.Record) error {
	account := accounts.User{Record: user}
	if account.Role() != role.Patient {
		return nil
	}
	record, err := kit.New(tx, "patients")
	if err != nil {
		return err
	}
	if err := kit.Fill(record, accounts.Profile(user), with(identity, "medical_history")...); err != nil {
		return err
	}
	patient := Patient{record}
	patient.setUser(user.Id)
	patient.setName(account.Name())
	patient.setPhone(account.Phone())
	record.SetEmail(user.Email())
	return tx.Save(record)
}
