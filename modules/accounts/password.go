package accounts

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/trustelem/zxcvbn"

	"hospital/internal/kit"
)

// MinPassword is the least number of characters of a new password, also of superusers.
const MinPassword = 12

// minScore is the lowest accepted score of zxcvbn, on its scale from 0 to 4. 2 means about
// a million guesses by an attacker with lists of common passwords, words and names.
const minScore = 2

// checkPassword refuses a new password that is easy to guess. PocketBase checks its length.
func checkPassword(user User) error {
	password := user.GetString(core.FieldNamePassword)
	if password == "" || len(password) > 72 {
		return nil // no new password, or one that is refused because of its length
	}
	own := strings.FieldsFunc(strings.ToLower(user.Email()+" "+user.Name()),
		func(r rune) bool { return strings.ContainsRune(" @.+-_", r) })
	if zxcvbn.PasswordStrength(password, append(own, "hospital", "patient", "doctor")).Score < minScore {
		return kit.Invalid("password", "too_common", "This password is too easy to guess: "+
			"it is common or contains your name. Use several unrelated words.")
	}
	return nil
}

// checkSuperuser refuses to superusers the passwords that it refuses to others, also on the
// command line.
func checkSuperuser(e *core.RecordEvent) error {
	if err := checkPassword(User{e.Record}); err != nil {
		return err
	}
	return e.Next()
}
