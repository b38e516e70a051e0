package accounts

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// registrationHolds is how long a registration waits for its mail to be read. Then
// what was said in it is gone.
const registrationHolds = 24 * time.Hour

// registrations are not readable through the API. Whether the address has an account is
// looked up only when the email is written, so that registering reveals nothing.
var registrations = kit.Collection{
	Name: "registrations",
	Description: "A person who registered and has not confirmed their email address yet. " +
		"It is deleted when it is confirmed or expires.",
	Fields: append(kit.Fields{
		kit.Email("email").Required().Presentable().Help("Address to confirm. It becomes the address of the account."),
		kit.JSON("said", 1<<20).Help("What was sent: the account and the profile."),
		kit.Text("password_hash", 100).Required().Help("Hash of the chosen password."),
		kit.Instant("expires").Required().Help("When the registration is deleted if it is not confirmed."),
	}, letter()...),
	Indexes: []kit.Index{
		{Columns: "token_hash", Unique: true, Where: "token_hash != ''"},
		{Columns: "email, created"},
		{Columns: "status, next_try_at"},
		{Columns: "expires"},
	},
	Policy:   kit.Policy{},
	Expiring: true,
	RawText:  []string{"password_hash", "token_hash"},
}

// errRehearsed undoes a registration that went well.
var errRehearsed = errors.New("rehearsed")

// ask takes a registration down and answers as if there were an account. It is made
// and undone under an address that is nobody's, so that all the laws have their
// say; that of the guest is not looked up at all, and nothing that can be seen or
// measured depends on it.
func ask(e *core.RecordRequestEvent) error {
	if e.App.IsTransactional() {
		return kit.Invalid("email", "not_in_a_batch", "Registering is a request of its own.")
	}
	r, email := e.Record, e.Record.Email()
	if err := e.Collection.Fields.GetByName(core.FieldNameEmail).ValidateValue(e.Request.Context(), e.App, r); err != nil {
		return apis.NewBadRequestError("The request was refused because of email.", map[string]any{"email": err})
	}
	if err := checkPassword(r); err != nil {
		return err
	}
	hash := r.GetString("password:hash")
	r.SetEmail(core.GenerateDefaultRandomId() + "@registration.invalid")
	outer := e.App
	err := outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		if err := e.Next(); err != nil {
			return err
		}
		return errRehearsed
	})
	e.App = outer
	if !errors.Is(err, errRehearsed) {
		return err
	}
	r.SetEmail(email)
	if err := takeDown(e.App, r, hash); err != nil {
		return err
	}
	if err := apis.EnrichRecord(e.RequestEvent, r); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, r)
}

// takeDown stores what somebody said. The account that it may become has the same id.
func takeDown(app core.App, user *core.Record, hash string) error {
	said := map[string]any{"profile": Profile(user)}
	for _, name := range []string{"name", "role", "phone"} {
		said[name] = user.GetString(name)
	}
	return app.RunInTransaction(func(tx core.App) error {
		if _, err := tx.FindRecordById("registrations", user.Id); err == nil {
			return kit.Invalid("id", "validation_not_unique", "There is a record with this id already.")
		}
		asked, err := kit.New(tx, "registrations")
		if err != nil {
			return err
		}
		now := kit.Now(tx)
		asked.Load(map[string]any{"id": user.Id, "email": user.Email(), "said": said, "password_hash": hash,
			"expires": now.Add(registrationHolds), "status": "pending", "next_try_at": now})
		if err := tx.Save(kit.SetActor(kit.ActorOf(user), asked)); err != nil {
			return fmt.Errorf("take down a registration: %w", err)
		}
		return nil
	})
}

// confirmRegistration makes the account of somebody who has read their mail. They
// say the password again: the link alone would give an account to whoever sent the
// registration, with an address of somebody else.
func confirmRegistration(e *kit.Request) error {
	sent := struct {
		Token    string `json:"token" form:"token"`
		Password string `json:"password" form:"password"`
	}{}
	if err := e.BindBody(&sent); err != nil {
		return e.BadRequestError("The body could not be read.", err)
	}
	asked, err := opened(e.App, "registrations", sent.Token)
	if err != nil {
		return err
	}
	secret := &core.PasswordFieldValue{Hash: asked.GetString("password_hash")}
	if !secret.Validate(sent.Password) { // which takes a while, so before anybody else has to wait to write
		return kit.Invalid("password", "wrong_password", "This is not the password that was chosen when registering. Did you register? If not, nothing happens.")
	}
	email := asked.GetString("email")
	err = e.App.RunInTransaction(func(tx core.App) error {
		if asked, err = opened(tx, "registrations", sent.Token); err != nil {
			return err
		}
		if _, err := tx.FindAuthRecordByEmail("users", email); err == nil {
			return badLink // it has an account by now
		}
		var said struct {
			Name    string         `json:"name"`
			Role    string         `json:"role"`
			Phone   string         `json:"phone"`
			Profile map[string]any `json:"profile"`
		}
		if err := asked.UnmarshalJSONField("said", &said); err != nil {
			return err
		}
		user, err := kit.New(tx, "users")
		if err != nil {
			return err
		}
		user.Load(map[string]any{"id": asked.Id, "email": email, "name": said.Name, "role": said.Role, "phone": said.Phone, "verified": true})
		user.SetRaw(core.FieldNamePassword, secret)
		user.RefreshTokenKey()
		user.SetRaw(profileKey, said.Profile)
		guest := e.Caller
		guest.ID, guest.Role, guest.Superuser, guest.Name = "", kit.Guest, false, "" // whoever is signed in at this device
		if err := tx.Save(kit.SetActor(guest, user)); err != nil {
			return err
		}
		return forget(tx, dbx.HashExp{"email": email})
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"email": email})
}

// forget takes registrations away.
func forget(app core.App, which dbx.Expression) error {
	over, err := app.FindAllRecords("registrations", which)
	if err != nil {
		return err
	}
	for _, asked := range over {
		if err := app.Delete(asked); err != nil {
			return err
		}
	}
	return nil
}

// Forget takes away the registrations that were not confirmed in time.
func Forget(app core.App) error {
	return forget(app, dbx.NewExp("expires <= {:now}", dbx.Params{"now": kit.FormatInstant(kit.Now(app))}))
}

// confirming says that who registers has to prove their address.
func confirming(e *core.RecordRequestEvent) (bool, error) {
	if kit.ActorOf(e.Record).Role != kit.Guest {
		return false, nil
	}
	house, err := hospital.Of(e.App)
	return err == nil && house.ConfirmEmail(), err
}
