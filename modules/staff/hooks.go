package staff

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/accounts"
)

func hooks(app core.App) {
	kit.OnCreate(app, "doctors", requireRole(role.Doctor))
	kit.OnCreate(app, "nurses", requireRole(role.Nurse))
}

// requireRole refuses a member of staff whose account has another role. PocketBase
// refuses a missing account.
func requireRole(wanted kit.Role) func(e *core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		user, err := e.App.FindRecordById("users", Member{e.Record}.User())
		if err == nil && (accounts.User{Record: user}).Role() != wanted {
			return kit.Invalid("user", "wrong_role", "The account of a "+string(wanted)+" must have the role "+string(wanted)+".")
		}
		return e.Next()
	}
}

// CreateFromRegistration creates the record of a doctor who registered. It is not active
// until their account is.
func CreateFromRegistration(tx core.App, user *core.Record) error {
	account := accounts.User{Record: user}
	if account.Role() != role.Doctor {
		return nil
	}
	record, err := kit.New(tx, "doctors")
	if err != nil {
		return err
	}
	if err := kit.Fill(record, accounts.Profile(user), registered...); err != nil {
		return err
	}
	doctor := Doctor{Member{record}}
	doctor.setAccount(account)
	doctor.setPhone(account.Phone())
	doctor.setAcceptsOnline(true)
	return tx.Save(record)
}

// CreateFromInvitation creates the record of a doctor or nurse who accepted an invitation.
func CreateFromInvitation(tx core.App, user *core.Record) error {
	account, invitation := accounts.User{Record: user}, accounts.InvitationOf(user)
	collection, ok := collectionOf[account.Role()]
	if !ok {
		return nil
	}
	record, err := kit.New(tx, collection)
	if err != nil {
		return err
	}
	member := Member{record}
	member.setAccount(account)
	member.setInvitation(invitation)
	member.setActive(true)
	if account.Role() == role.Doctor {
		doctor := Doctor{member}
		doctor.setSpecialization(invitation.Specialization())
		doctor.setAcceptsOnline(true)
	}
	return tx.Save(record)
}

// SetActive opens or closes a member of staff with their account.
func SetActive(active bool) kit.Reaction {
	return func(tx core.App, user *core.Record) error {
		collection, ok := collectionOf[accounts.User{Record: user}.Role()]
		if !ok {
			return nil
		}
		return setActive(tx, collection, user.Id, active)
	}
}

// DeactivateOldRole closes the record of the role that an account had before.
func DeactivateOldRole(tx core.App, user *core.Record) error {
	for old, collection := range collectionOf {
		if old == (accounts.User{Record: user}).Role() {
			continue
		}
		if err := setActive(tx, collection, user.Id, false); err != nil {
			return err
		}
	}
	return nil
}

// setActive does nothing for an account that has no such record.
func setActive(tx core.App, collection, user string, active bool) error {
	member, found, err := memberOf(tx, collection, user)
	if err != nil || !found {
		return err
	}
	member.setActive(active)
	return tx.Save(member.Record)
}
