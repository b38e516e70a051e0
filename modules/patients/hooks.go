package patients

import (
	"fmt"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/accounts"
	"hospital/modules/hospital"
)

func hooks(app core.App) {
	kit.OnCreate(app, "patients", func(e *core.RecordEvent) error {
		n, err := hospital.NextNumber(e.App, "mrn")
		if err != nil {
			return err
		}
		e.Record.Set("mrn", MRN(n))
		e.Record.Set("active", true)
		e.Record.Set("merged_into", "")
		if err := distinct(e.App, e.Record); err != nil {
			return err
		}
		return check(e)
	})
	kit.OnUpdate(app, "patients", func(e *core.RecordEvent, before *core.Record) error {
		if before.GetString("merged_into") != "" && kit.Changed(before, e.Record) && kit.ActorOf(e.Record).Role != kit.System {
			return kit.Conflict("merged_into", "merged", "This record was merged into another. Change that one.")
		}
		if err := keepHistory(e.App, before, e.Record); err != nil {
			return err
		}
		return check(e)
	})
	kit.OnCreate(app, "break_glass", breakGlass)
	kit.OnCreate(app, "patient_merges", merge)
	kit.OnCreate(app, "care_team", func(e *core.RecordEvent) error {
		if e.Record.GetString("source") == "" {
			e.Record.Set("source", string(Manual))
		}
		return checkTeam(e)
	})
	kit.OnUpdate(app, "care_team", func(e *core.RecordEvent, before *core.Record) error {
		longer := e.Record.GetDateTime("ends").After(before.GetDateTime("ends"))
		if longer && before.GetString("source") == string(BreakGlass) {
			return kit.Forbidden("ends", "not_allowed", "What somebody opened in an emergency is not extended. Add an entry of your own.")
		}
		return checkTeam(e)
	})
}

func check(e *core.RecordEvent) error {
	r := e.Record
	r.Set("name_key", NameKey(r.GetString("name")))
	// A missing account is PocketBase's to refuse.
	if user, err := e.App.FindRecordById("users", r.GetString("user")); err == nil && user.GetString("role") != string(role.Patient) {
		return kit.Invalid("user", "wrong_role", "The account of a patient must have the role patient.")
	}
	if day := r.GetString("birth_date"); day != "" {
		born, err := time.Parse(time.DateOnly, day)
		if err != nil || born.Year() < 1880 {
			return kit.Invalid("birth_date", "invalid_date", "This must be a day such as 1980-12-31.")
		}
		if born.After(kit.Now(e.App).Add(14 * time.Hour)) { // it is already tomorrow somewhere
			return kit.Invalid("birth_date", "in_the_future", "A birth date cannot be in the future.")
		}
	}
	return e.Next()
}

func checkTeam(e *core.RecordEvent) error {
	starts, ends := e.Record.GetDateTime("starts"), e.Record.GetDateTime("ends")
	if !starts.IsZero() && !ends.IsZero() && !ends.After(starts) {
		return kit.Invalid("ends", "ends_before_starts", "The end must be after the start.")
	}
	return e.Next()
}

// Enrol makes the patients record of a patient who registered.
func Enrol(tx core.App, user *core.Record) error {
	if user.GetString("role") != string(role.Patient) {
		return nil
	}
	patient, err := kit.New(tx, "patients")
	if err != nil {
		return err
	}
	if err := kit.Fill(patient, accounts.Profile(user), with(identity, "medical_history")...); err != nil {
		return err
	}
	patient.Set("user", user.Id)
	for _, field := range []string{"name", "phone", "email"} {
		patient.Set(field, user.GetString(field))
	}
	return tx.Save(patient)
}

// JoinCareTeam lets a user open a patient's record from now until the end.
func JoinCareTeam(tx core.App, patient, user string, source Source, ends time.Time) error {
	entry, err := kit.New(tx, "care_team")
	if err != nil {
		return err
	}
	entries, err := tx.FindAllRecords("care_team", dbx.HashExp{"patient": patient, "user": user, "source": string(source)})
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		entry = entries[0]
	} else {
		entry.Set("patient", patient)
		entry.Set("user", user)
		entry.Set("source", string(source))
	}
	if now := kit.Now(tx); !entry.GetDateTime("ends").Time().After(now) {
		entry.Set("starts", now)
	}
	if entry.GetDateTime("ends").Time().After(ends) {
		return nil
	}
	entry.Set("ends", ends)
	if err := tx.Save(entry); err != nil {
		return fmt.Errorf("join the care team of %s: %w", patient, err)
	}
	return nil
}
