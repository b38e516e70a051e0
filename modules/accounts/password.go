package accounts

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/trustelem/zxcvbn"

	"hospital/internal/kit"
)

// weakest is the score, of 0 to 4, that a password must reach: who knows the common
// passwords, words and names tries a million others first.
const weakest = 2

// checkPassword refuses a new password that is guessed soon. How long it must be,
// PocketBase checks.
func checkPassword(user *core.Record) error {
	password := user.GetString(core.FieldNamePassword)
	if password == "" || len(password) > 72 {
		return nil // not a new one, or refused by name for its length
	}
	own := strings.FieldsFunc(strings.ToLower(user.Email()+" "+user.GetString("name")), func(r rune) bool { return strings.ContainsRune(" @.+-_", r) })
	if zxcvbn.PasswordStrength(password, append(own, "hospital", "patient", "doctor")).Score < weakest {
		return kit.Invalid("password", "too_common", "This password is guessed too soon: it is a common one, or made of your name. Take several words that do not belong together.")
	}
	return nil
}
