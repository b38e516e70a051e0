package accounts

import (
	"net/mail"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// User is a record of users: an account.
type User struct{ *core.Record }

// Name is the full name of the person.
func (u User) Name() string { return u.GetString("name") }

// Phone is the phone number of the person.
func (u User) Phone() string { return u.GetString("phone") }

// Language is that of mails to the person. It is empty if they have chosen none.
func (u User) Language() string { return u.GetString("language") }

// To is where mails to the person go.
func (u User) To() mail.Address { return mail.Address{Name: u.Name(), Address: u.Email()} }

// Role is the role of the account.
func (u User) Role() kit.Role { return kit.Role(u.GetString("role")) }

func (u User) status() Status { return Status(u.GetString(statusField)) }

func (u User) passwordHash() string { return u.GetString("password:hash") }

// Active reports whether the account can sign in.
func (u User) Active() bool { return u.status() == Active }

func (u User) isActiveAdmin() bool { return u.Role() == role.Admin && u.Active() }

func (u User) setName(name string)     { u.Set("name", name) }
func (u User) setPhone(phone string)   { u.Set("phone", phone) }
func (u User) setLanguage(lang string) { u.Set("language", lang) }
func (u User) setRole(r kit.Role)      { u.Set("role", string(r)) }
func (u User) setStatus(status Status) { u.Set(statusField, string(status)) }

const statusField = "status"

// ActiveAdmins returns the accounts of all active admins.
func ActiveAdmins(app core.App) ([]*core.Record, error) {
	return app.FindAllRecords("users", activeAdmins)
}

var activeAdmins = dbx.HashExp{"role": string(role.Admin), statusField: string(Active)}
