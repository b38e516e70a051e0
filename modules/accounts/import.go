package accounts

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// NewImported returns the account of a member of staff of another system. It is not saved yet. The password is random:
// its owner sets one with the link "forgot password". Without an address that can get mail the account is suspended.
func NewImported(app core.App, name, address string, role kit.Role, mail bool, password any) (User, error) {
	r, err := kit.New(app, "users")
	if err != nil {
		return User{}, err
	}
	user := User{r}
	user.SetEmail(address)
	user.setName(name)
	user.setRole(role)
	user.setStatus(Active)
	if !mail {
		user.setStatus(Suspended)
	}
	user.SetRaw(core.FieldNamePassword, password)
	return user, nil
}

// UnknownPassword is the hash of a random password. Hashing one takes 90 ms, so that many accounts share it.
func UnknownPassword(app core.App) (any, error) {
	r, err := kit.New(app, "users")
	if err != nil {
		return nil, err
	}
	r.SetRandomPassword()
	hashed, _ := r.GetRaw(core.FieldNamePassword).(*core.PasswordFieldValue)
	return &core.PasswordFieldValue{Hash: hashed.Hash}, nil
}
