package patients

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// AccountChanged is the event that another account, or none, manages a patient: by a code, an admin or
// a merge. New records of patients who registered or added a dependant are not meant.
var AccountChanged = kit.Event{Collection: "patients", Happened: func(before, after *core.Record) bool {
	if before == nil {
		return Patient{after}.User() != "" && kit.ActorOf(after).Role == role.Admin
	}
	return Patient{before}.User() != Patient{after}.User() || mergedNow(before, after)
}}

// mergedNow reports whether a record with an account was merged into another.
func mergedNow(before, after *core.Record) bool {
	return Patient{before}.mergedInto() == "" && Patient{after}.mergedInto() != "" && Patient{after}.User() != ""
}

// AccountChange returns the accounts that managed and manage a patient, for AccountChanged. Whoever
// managed a record that was merged manages the other one, or none.
func AccountChange(tx core.App, after *core.Record) (before, now string, err error) {
	original := after.Original()
	before, now = Patient{original}.User(), Patient{after}.User()
	if !mergedNow(original, after) {
		return before, now, nil
	}
	survivor, err := Find(tx, Patient{after}.mergedInto())
	if err != nil || survivor.User() == before {
		return "", "", err
	}
	return before, "", nil
}

// checkAccount refuses to change the account of a record. A patient's own proof, a code, links it where
// it has none. Otherwise an admin changes it, with a reason, and both accounts are told.
func checkAccount(before, after Patient) error {
	actor := kit.ActorOf(after.Record)
	changed, reason := before.User() != after.User(), after.userReason()
	switch {
	case actor.Role == kit.System:
		return nil
	case !changed && reason != before.userReason():
		return kit.Invalid("user_reason", "account_unchanged", "Enter a reason only when you change the account.")
	case !changed, actor.Role == role.Patient && before.User() == "" && after.User() == actor.ID:
		return nil
	case actor.Role != role.Admin:
		return kit.Forbidden("user", "not_allowed", "Only an admin can change the account. Issue a code for the patient.")
	case reason == "" || reason == before.userReason():
		return kit.Invalid("user_reason", "required", "Enter the reason why the account of this record changes.")
	}
	return nil
}
