package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

const (
	secretPrefix  = "whsec_"
	secretOverlap = 24 * time.Hour // a renewed secret also signs that long
	maxSignatures = 3              // of a request
)

// Secret is a record of webhook_secrets: what events of a webhook are signed with.
type Secret struct{ *core.Record }

func (s Secret) value() string { return s.GetString("secret") }

func (s Secret) expire(at time.Time) { s.Set("expires", at) }

func (s Secret) fill(webhook, value string) {
	s.Set("webhook", webhook)
	s.Set("secret", value)
}

// newSecret stores a new secret of a webhook and returns it.
func newSecret(tx core.App, webhook string, actor kit.Actor) (string, error) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	value := secretPrefix + base64.StdEncoding.EncodeToString(random)
	r, err := kit.New(tx, "webhook_secrets")
	if err != nil {
		return "", err
	}
	Secret{r}.fill(webhook, value)
	kit.SetCreated(tx, r)
	return value, tx.Save(kit.SetActor(actor, r))
}

// expireSecrets lets the current secret of a webhook sign for a day only.
func expireSecrets(tx core.App, webhook string, actor kit.Actor) error {
	current, err := tx.FindAllRecords("webhook_secrets", dbx.HashExp{"webhook": webhook, "expires": ""})
	if err != nil {
		return err
	}
	for _, r := range current {
		Secret{r}.expire(kit.Now(tx).Add(secretOverlap))
		if err := tx.Save(kit.SetActor(actor, r)); err != nil {
			return err
		}
	}
	return nil
}

// signing are the secrets that sign the events of a webhook now: the current one, and the last that were renewed.
func signing(app core.App, webhook string) (values []string, err error) {
	var found []*core.Record
	err = app.RecordQuery("webhook_secrets").
		AndWhere(dbx.HashExp{"webhook": webhook}).
		AndWhere(dbx.NewExp("(expires = '' OR expires > {:now})", dbx.Params{"now": kit.FormatInstant(kit.Now(app))})).
		OrderBy("(expires = '') DESC", "expires DESC").Limit(maxSignatures).All(&found)
	for _, r := range found {
		values = append(values, Secret{r}.value())
	}
	return values, err
}

// sign returns the header webhook-signature of Standard Webhooks: a signature by each secret.
func sign(secrets []string, id string, at time.Time, body string) (string, error) {
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil {
			return "", fmt.Errorf("a stored secret is damaged") // not the cause, which may quote it
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " "), nil
}
