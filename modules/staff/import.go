package staff

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/accounts"
)

// CheckImported checks a new doctor or nurse of another system, with their account, which may be new, too. It returns
// what is wrong.
func CheckImported(app core.App, member Member, account accounts.User) ([]kit.Problem, error) {
	member.setUser(account.Id)
	problems, err := kit.CheckNew(app, member.Record, func() error {
		if collectionOf[account.Role()] != member.Collection().Name {
			return kit.Invalid("user", "wrong_role", "The account with this address has another role.")
		}
		return nil
	})
	if err != nil || !account.IsNew() {
		return problems, err
	}
	ofAccount, err := kit.CheckNew(app, account.Record)
	known := problems[:0]
	for _, p := range append(problems, ofAccount...) {
		if p.Code != "validation_missing_rel_records" && p.Code != "validation_required" || p.Field != "user" {
			known = append(known, p)
		}
	}
	return known, err
}

// SaveImported saves a member of staff that CheckImported has checked, and their account if it is new.
func SaveImported(tx core.App, member Member, account accounts.User) error {
	if account.IsNew() {
		if err := tx.Save(kit.SetActor(kit.Importer, account.Record)); err != nil {
			return err
		}
	}
	member.setUser(account.Id)
	return tx.Save(kit.SetActor(kit.Importer, member.Record))
}

// FindByAccount returns the record of the account of a doctor or nurse; false if it has none.
func FindByAccount(app core.App, collection, user string) (Member, bool, error) {
	return memberOf(app, collection, user)
}
