package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// signature is the header webhook-signature of Standard Webhooks: one HMAC-SHA256 for each secret.
func signature(secrets []string, id string, at time.Time, body string) string {
	var all []string
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil {
			continue // the server has made it
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "." + body))
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// Sign is the signature of a body with one secret, as a receiver computes it.
func Sign(secret, id, timestamp, body string) string {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ""
	}
	return signature([]string{secret}, id, time.Unix(seconds, 0), body)
}
