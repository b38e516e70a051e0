package staff

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/accounts"
	"hospital/modules/kit"
)

func hooks(app core.App) {
	kit.OnCreate(app, "doctors", accountOf(kit.Doctor))
	kit.OnCreate(app, "nurses", accountOf(kit.Nurse))
}

// accountOf refuses a member of staff whose account has another role. A missing
// account is PocketBase's to refuse.
func accountOf(role kit.Role) func(e *core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		user, err := e.App.FindRecordById("users", e.Record.GetString("user"))
		if err == nil && user.GetString("role") != string(role) {
			return kit.Invalid("user", "wrong_role", "The account of a "+string(role)+" must have the role "+string(role)+".")
		}
		return e.Next()
	}
}

// Apply makes the doctors record of a doctor who registered. It is not active
// until their account is.
func Apply(tx core.App, user *core.Record) error {
	if user.GetString("role") != string(kit.Doctor) {
		return nil
	}
	collection, err := tx.FindCachedCollectionByNameOrId("doctors")
	if err != nil {
		return err
	}
	doctor := core.NewRecord(collection)
	if err := kit.Fill(doctor, accounts.Profile(user), "department", "specialization", "license_no", "qualifications", "bio"); err != nil {
		return err
	}
	doctor.Set("user", user.Id)
	doctor.Set("name", user.GetString("name"))
	doctor.Set("phone", user.GetString("phone"))
	doctor.Set("accepts_online", true)
	return tx.Save(doctor)
}

// SetActive opens or closes a doctor for booking with their account.
func SetActive(active bool) kit.Reaction {
	return func(tx core.App, user *core.Record) error {
		for _, collection := range []string{"doctors", "nurses"} {
			member, err := tx.FindFirstRecordByData(collection, "user", user.Id)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			member.Set("active", active)
			if err := tx.Save(member); err != nil {
				return err
			}
		}
		return nil
	}
}
