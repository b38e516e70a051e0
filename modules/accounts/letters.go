package accounts

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
)

// letter is the columns of a record that somebody gets an email about: the state of the
// email, and the hash of the secret token in its link. The token is made when the email is
// written, and is stored nowhere.
func letter() kit.Fields {
	return kit.Fields{
		kit.Text("token_hash", 64).Help("SHA-256 of the secret token in the link of the email."),
		kit.Select("status", "pending", "sent", "failed", "skipped").Required().
			Help("State of the email. Failed: given up after 8 tries. Skipped: not tried, there is no mail server."),
		kit.Instant("sent_at").Help("When the email was sent."),
		kit.Int("attempts", 0, 8).Help("How often sending was tried."),
		kit.Instant("next_try_at").Help("When sending is tried next."),
		kit.Text("error", 500).Help("Why the last try failed."),
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
