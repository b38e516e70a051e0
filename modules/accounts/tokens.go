package accounts

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
)

// Registrations and invitations are confirmed with a token that stands in the link of
// their mail. The database holds only its hash.
const tokenHash = "token_hash"

var tokenField = kit.Text(tokenHash, 64).Help("SHA-256 of the secret token in the link of the email.")

const tokenLength = 40

// IssueToken gives a record a new token for the link in its mail. Of several mails about
// one record the link of the last one works.
func IssueToken(app core.App, record *core.Record) (token string, err error) {
	token = security.RandomString(tokenLength)
	record.Set(tokenHash, security.SHA256(token))
	return token, app.Save(record)
}

// findByToken is the record that a token belongs to. The refusal does not tell what is
// wrong with a token.
func findByToken(app core.App, collection, token string) (*core.Record, error) {
	if len(token) < tokenLength {
		return nil, errToken
	}
	found, err := app.FindFirstRecordByData(collection, tokenHash, security.SHA256(token))
	if err != nil || !expires(found).After(kit.Now(app)) {
		return nil, errToken
	}
	return found, nil
}

var errToken = kit.Invalid("token", "invalid_token", "This link does not hold, or not any more. Ask for a new one.")

func clearToken(record *core.Record) { record.Set(tokenHash, "") }

const expiresField = "expires"

func expires(record *core.Record) time.Time { return record.GetDateTime(expiresField).Time() }

func setExpires(record *core.Record, at time.Time) { record.Set(expiresField, at) }
