package staff

import (
	"database/sql"
	"errors"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/accounts"
)

func hooks(app core.App) {
	kit.OnCreate(app, "doctors", accountOf(role.Doctor))
	kit.OnCreate(app, "nurses", accountOf(role.Nurse))
}

// accountOf refuses a member of staff whose account has another role. A missing
// account is PocketBase's to refuse.
func accountOf(wanted kit.Role) func(e *core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		user, err := e.App.FindRecordById("users", e.Record.GetString("user"))
		if err == nil && user.GetString("role") != string(wanted) {
			return kit.Invalid("user", "wrong_role", "The account of a "+string(wanted)+" must have the role "+string(wanted)+".")
		}
		return e.Next()
	}
}

// Apply makes the doctors record of a doctor who registered. It is not active
// until their account is.
func Apply(tx core.App, user *core.Record) error {
	if user.GetString("role") != string(role.Doctor) {
		return nil
	}
	doctor, err := kit.New(tx, "doctors")
	if err != nil {
		return err
	}
	if err := kit.Fill(doctor, accounts.Profile(user), "department", "specialization", "license_no", "qualifications", "bio"); err != nil {
		return err
	}
	doctor.Set("user", user.Id)
	doctor.Set("name", user.GetString("name"))
	doctor.Set("phone", user.GetString("phone"))
	doctor.Set("accepts_online", true)
	return tx.Save(doctor)
}

// Appoint makes the record of a doctor or nurse who accepted an invitation, as the
// admin described them.
func Appoint(tx core.App, user *core.Record) error {
	given := kit.Role(user.GetString("role"))
	collection, ok := collectionOf[given]
	if !ok {
		return nil
	}
	member, err := kit.New(tx, collection)
	if err != nil {
		return err
	}
	invitation := accounts.InvitationOf(user)
	member.Load(map[string]any{"user": user.Id, "name": user.GetString("name"), "department": invitation.GetString("department"),
		"license_no": invitation.GetString("license_no"), "active": true})
	if given == role.Doctor {
		member.Load(map[string]any{"specialization": invitation.GetString("specialization"), "accepts_online": true})
	}
	return tx.Save(member)
}

// SetActive opens or closes a member of staff with their account.
func SetActive(active bool) kit.Reaction {
	return func(tx core.App, user *core.Record) error {
		collection, ok := collectionOf[kit.Role(user.GetString("role"))]
		if !ok {
			return nil
		}
		return setActive(tx, collection, user, active)
	}
}

// Leave closes what an account was before it had another role.
func Leave(tx core.App, user *core.Record) error {
	for old, collection := range collectionOf {
		if user.GetString("role") == string(old) {
			continue
		}
		if err := setActive(tx, collection, user, false); err != nil {
			return err
		}
	}
	return nil
}

// collectionOf is where the staff of a role have a record.
var collectionOf = map[kit.Role]string{role.Doctor: "doctors", role.Nurse: "nurses"}

// setActive does nothing for an account that has no such record.
func setActive(tx core.App, collection string, user *core.Record, active bool) error {
	member, err := tx.FindFirstRecordByData(collection, "user", user.Id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	member.Set("active", active)
	return tx.Save(member)
}
