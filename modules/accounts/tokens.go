package accounts

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
)

// tokenHash is the field with the hash of the token in the link of a registration or
// invitation mail. The token itself is not stored.
const tokenHash = "token_hash"

var tokenField = kit.Text(tokenHash, 64).Help("SHA-256 of the secret token in the link of the email.")

const tokenLength = 40

// IssueToken sets a new token for the link in the mail about a record. It invalidates the
// links of earlier mails.
func IssueToken(app core.App, record *core.Record) (token string, err error) {
	token = security.RandomString(tokenLength)
	record.Set(tokenHash, security.SHA256(token))
	return token, app.Save(record)
}

// findByToken returns the record of a token. Unknown, used and expired tokens are refused
// with the same error.
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

var errToken = kit.Invalid("token", "invalid_token", "This link is invalid or has expired. Request a new one.")

func clearToken(record *core.Record) { record.Set(tokenHash, "") }

const expiresField = "expires"

func expires(record *core.Record) time.Time { return record.GetDateTime(expiresField).Time() }

func setExpires(record *core.Record, at time.Time) { record.Set(expiresField, at) }
