package accounts

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Registration is a record of registrations: a request for an account, until its address is confirmed.
type Registration struct{ *core.Record }

// payload is the content of a registration.
type payload struct {
	Name     string         `json:"name"`
	Role     kit.Role       `json:"role"`
	Phone    string         `json:"phone"`
	Language string         `json:"language"`
	Profile  map[string]any `json:"profile"`
}

func (r Registration) email() string        { return r.GetString("email") }
func (r Registration) passwordHash() string { return r.GetString("password_hash") }

func (r Registration) payload() (sent payload, err error) {
	err = r.UnmarshalJSONField("payload", &sent)
	return sent, err
}

// fill sets the fields of a new registration. Its id is also the id of the later account.
func (r Registration) fill(user User, passwordHash string, now time.Time) {
	r.Set(core.FieldNameId, user.Id)
	r.Set("email", user.Email())
	r.Set("name", user.Name())
	r.Set("role", string(user.Role()))
	r.Set("payload", payload{user.Name(), user.Role(), user.Phone(), user.Language(), Profile(user.Record)})
	r.Set("password_hash", passwordHash)
	setExpires(r.Record, now.Add(registrationPeriod))
	registrationMail.SetPending(r.Record, now)
}
