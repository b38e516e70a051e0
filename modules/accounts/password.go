package accounts

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/trustelem/zxcvbn"

	"hospital/internal/kit"
)

// minScore is zxcvbn's score, of 0 to 4, that a password must reach: about a million
// guesses by somebody who knows common passwords, words and names.
const minScore = 2

// checkPassword refuses a new password that is guessed soon. PocketBase checks its length.
func checkPassword(user User) error {
	password := user.GetString(core.FieldNamePassword)
	if password == "" || len(password) > 72 {
		return nil // not a new one, or refused for its length
	}
	own := strings.FieldsFunc(strings.ToLower(user.Email()+" "+user.Name()), func(r rune) bool { return strings.ContainsRune(" @.+-_", r) })
	if zxcvbn.PasswordStrength(password, append(own, "hospital", "patient", "doctor")).Score < minScore {
		return kit.Invalid("password", "too_common", "This password is guessed too soon: it is a common one, or made of your name. Take several words that do not belong together.")
	}
	return nil
}
