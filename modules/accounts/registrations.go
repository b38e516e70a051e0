package accounts

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
	"hospital/modules/hospital"
)

// registrationPeriod is how long a registration can be confirmed before it is deleted.
const registrationPeriod = 24 * time.Hour

const registrationMail = outbox.Columns("status")

// registrations are readable for admins, who can confirm one when its mail does not arrive. Whether the address has an
// account is looked up only when the email is written, so that registering reveals nothing.
var registrations = kit.Collection{
	Name: "registrations",
	Description: "A person who registered and has not confirmed their email address yet. " +
		"It is deleted when it is confirmed or expires.",
	Fields: append(kit.Fields{
		kit.Email("email").Required().Presentable().Help("Address to confirm. It becomes the address of the account."),
		kit.Text("name", 120).Help("Name that was sent."),
		kit.Select("role", role.Patient, role.Doctor).Help("Role that was sent. Empty: patient."),
		kit.JSON("payload", 1<<20).Help("What was sent: the account and the profile."),
		kit.Text("password_hash", 100).Required().Help("Hash of the chosen password."),
		kit.Instant("expires").Required().Help("When the registration is deleted if it is not confirmed."),
		tokenField,
	}, registrationMail.Fields(outbox.MailHelp)...),
	Indexes: []kit.Index{
		{Columns: "token_hash", Unique: true, Where: "token_hash != ''"},
		{Columns: "email, created"},
		registrationMail.Index(),
		{Columns: "expires"},
	},
	Policy: kit.Policy{
		role.Admin: {Read: kit.All, HiddenFields: []string{"payload", "password_hash", "token_hash"}},
	},
	Expiring: true,
	RawText:  []string{"password_hash", "token_hash"},
}

// errDryRun rolls back the trial creation of an account.
var errDryRun = errors.New("dry run")

// startRegistration stores a registration and answers as if the account had been created.
//
// To run every validation, it creates the account in a transaction that is rolled back.
// That account has a random address, so that neither the answer nor the response time
// depends on whether the guest's address has an account.
func startRegistration(e *core.RecordRequestEvent) error {
	r, email := e.Record, e.Record.Email()
	field := e.Collection.Fields.GetByName(core.FieldNameEmail)
	if err := field.ValidateValue(e.Request.Context(), e.App, r); err != nil {
		return apis.NewBadRequestError("The request was refused because of email.",
			map[string]any{core.FieldNameEmail: err})
	}
	if err := checkPassword(User{r}); err != nil {
		return err
	}
	hash := User{r}.passwordHash()
	r.SetEmail(core.GenerateDefaultRandomId() + "@registration.invalid")
	outer := e.App
	err := outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		if err := e.Next(); err != nil {
			return err
		}
		return errDryRun
	})
	e.App = outer
	if !errors.Is(err, errDryRun) {
		return err
	}
	r.SetEmail(email)
	if err := store(e.App, User{r}, hash); err != nil {
		return err
	}
	if err := apis.EnrichRecord(e.RequestEvent, r); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, r)
}

// store saves a registration until it is confirmed.
func store(app core.App, user User, passwordHash string) error {
	return app.RunInTransaction(func(tx core.App) error {
		if _, err := tx.FindRecordById("registrations", user.Id); err == nil {
			return kit.Invalid(core.FieldNameId, "validation_not_unique", "There is a record with this id already.")
		}
		record, err := kit.New(tx, "registrations")
		if err != nil {
			return err
		}
		Registration{record}.fill(user, passwordHash, kit.Now(tx))
		if err := tx.Save(kit.SetActor(kit.ActorOf(user.Record), record)); err != nil {
			return fmt.Errorf("store a registration: %w", err)
		}
		return nil
	})
}

// confirmRegistration creates the account when a person follows the link in the mail and
// enters the password again. Without the password, an attacker could register with the
// address of another person, who then confirms an account that the attacker can use.
func confirmRegistration(e *kit.Request) error {
	sent := struct {
		Token    string `json:"token" form:"token"`
		Password string `json:"password" form:"password"`
	}{}
	if err := kit.BindBody(e.RequestEvent, &sent); err != nil {
		return err
	}
	found, err := findByToken(e.App, "registrations", sent.Token)
	if err != nil {
		return err
	}
	password := &core.PasswordFieldValue{Hash: Registration{found}.passwordHash()}
	if !password.Validate(sent.Password) { // slow, so it runs outside of the transaction
		return kit.Invalid("password", "wrong_password",
			"This is not the password that you chose when you registered. If you did not register, do nothing.")
	}
	email := Registration{found}.email()
	err = e.App.RunInTransaction(func(tx core.App) error {
		found, err := findByToken(tx, "registrations", sent.Token)
		if err != nil {
			return err
		}
		created, err := createRegistered(tx, Registration{found}, actorFor(e, kit.Guest), password)
		if err == nil && !created {
			return errToken // an account was created for the address since then
		}
		return err
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"email": email})
}

// confirmByAdmin creates the account of a registration whose mail does not arrive. The admin vouches for the address.
func confirmByAdmin(e *kit.Request) error {
	var email string
	err := e.App.RunInTransaction(func(tx core.App) error {
		found, err := tx.FindRecordById("registrations", e.Record.Id)
		if errors.Is(err, sql.ErrNoRows) { // confirmed meanwhile
			return e.NotFoundError("", nil)
		}
		if err != nil {
			return err
		}
		registration := Registration{found}
		email = registration.email()
		if !expires(found).After(kit.Now(tx)) {
			return kit.Conflict("expires", "expired", "This registration has expired. Register again.")
		}
		password := &core.PasswordFieldValue{Hash: registration.passwordHash()}
		if err := tx.Delete(kit.SetActor(e.Caller, found)); err != nil { // the audit log has who confirmed it
			return err
		}
		created, err := createRegistered(tx, registration, actorFor(e, kit.Guest), password)
		if err == nil && !created {
			return kit.Conflict("email", "has_account", "This address has an account already.")
		}
		return err
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"email": email})
}

// createRegistered creates the account of a registration and deletes all registrations of the address. It reports false
// if the address has an account.
func createRegistered(tx core.App, r Registration, by kit.Actor, password *core.PasswordFieldValue) (bool, error) {
	if _, err := tx.FindAuthRecordByEmail("users", r.email()); err == nil {
		return false, nil
	}
	user, err := newUser(tx, r, password)
	if err != nil {
		return false, err
	}
	if err := tx.Save(kit.SetActor(by, user)); err != nil {
		return false, err
	}
	return true, kit.DeleteAll(tx, "registrations", dbx.HashExp{core.FieldNameEmail: r.email()})
}

// newUser returns the account of a registration. It is not saved.
func newUser(tx core.App, registration Registration, password *core.PasswordFieldValue) (*core.Record, error) {
	sent, err := registration.payload()
	if err != nil {
		return nil, err
	}
	user, err := kit.New(tx, "users")
	if err != nil {
		return nil, err
	}
	user.Id = registration.Id
	user.SetEmail(registration.email())
	user.SetVerified(true)
	user.SetRaw(core.FieldNamePassword, password)
	user.RefreshTokenKey()
	user.SetRaw(profileKey, sent.Profile)
	u := User{user}
	u.setName(sent.Name)
	u.setRole(sent.Role)
	u.setPhone(sent.Phone)
	u.setLanguage(sent.Language)
	return user, nil
}

// DeleteExpired deletes the registrations that were not confirmed in time, old security
// notices, and the sessions whose tokens have expired.
func DeleteExpired(app core.App) error {
	for _, collection := range []string{"registrations", "security_notices"} {
		if err := kit.DeleteAll(app, collection, kit.Expired(app)); err != nil {
			return fmt.Errorf("delete expired %s: %w", collection, err)
		}
	}
	return deleteOldSessions(app)
}

// mustConfirm reports whether a new account needs a confirmed address first.
func mustConfirm(e *core.RecordRequestEvent) (bool, error) {
	if kit.ActorOf(e.Record).Role != kit.Guest {
		return false, nil
	}
	settings, err := hospital.Of(e.App)
	return err == nil && settings.ConfirmEmail(), err
}
