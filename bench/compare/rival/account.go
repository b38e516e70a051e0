package rival

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Account is who sent a request.
type Account struct{ ID, Name, Role, Status string }

var tokenKey = []byte("the key of the tokens of the rivals, which the benchmark knows")

const tokenLifetime = 24 * time.Hour

type claims struct {
	ID string `json:"id"`
	jwt.RegisteredClaims
}

// NewToken signs a token of an account.
func NewToken(id string) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{ID: id, RegisteredClaims: jwt.RegisteredClaims{
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(tokenLifetime)),
	}}).SignedString(tokenKey)
}

var parser = jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())

// AccountID checks the token of a request and returns the id of its account.
func AccountID(r *http.Request) (string, error) {
	var c claims
	if _, err := parser.ParseWithClaims(r.Header.Get("Authorization"), &c,
		func(*jwt.Token) (any, error) { return tokenKey, nil }); err != nil {
		return "", Refuse(http.StatusUnauthorized, "Sign in again.")
	}
	return c.ID, nil
}

// Refusal is an error that the client can do something about.
type Refusal struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func (r Refusal) Error() string { return r.Message }

// Refuse is a refusal with a message for a person.
func Refuse(status int, message string) error { return Refusal{status, message} }

// Errors of several handlers.
var (
	ErrNotFound  = Refuse(http.StatusNotFound, "There is no such record.")
	ErrForbidden = Refuse(http.StatusForbidden, "You may not do this.")
)

// RefusalOf is what a client is told about an error.
func RefusalOf(err error) Refusal {
	var r Refusal
	if errors.As(err, &r) {
		return r
	}
	return Refusal{http.StatusInternalServerError, err.Error()}
}

// VisitChange is the body of a new or changed visit.
type VisitChange struct{ Patient, Doctor, Starts, Reason, Status string }

// Decode reads a JSON body.
func Decode(r *http.Request, into any) error {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20)).Decode(into); err != nil {
		return Refuse(http.StatusBadRequest, "The body is not valid JSON.")
	}
	return nil
}
