package accounts

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
)

// letter is the columns of a record that somebody is sent a mail about: whether it
// has gone out, and the hash of the secret in its link. The secret itself is made
// when the mail is written, and stands nowhere else.
func letter() kit.Fields {
	return kit.Fields{
		kit.Text("token_hash", 64),
		kit.Select("status", "pending", "sent", "failed", "skipped").Required(), // of the mail
		kit.Instant("sent_at"),
		kit.Int("attempts", 0, 8),
		kit.Instant("next_try_at"),
		kit.Text("error", 500),
	}
}

// Seal gives a letter the secret of its link. Of several mails about one record the
// last one counts.
func Seal(app core.App, letter *core.Record) (secret string, err error) {
	secret = security.RandomString(40)
	letter.Set("token_hash", security.SHA256(secret))
	return secret, app.Save(letter)
}

// opened is the letter that a secret belongs to. Whatever is wrong with it, the
// refusal is the same.
func opened(app core.App, collection, secret string) (*core.Record, error) {
	if len(secret) < 40 {
		return nil, badLink
	}
	found, err := app.FindFirstRecordByData(collection, "token_hash", security.SHA256(secret))
	if err != nil || !found.GetDateTime("expires").Time().After(kit.Now(app)) {
		return nil, badLink
	}
	return found, nil
}

var badLink = kit.Invalid("token", "invalid_token", "This link does not hold, or not any more. Ask for a new one.")
