package accounts

import (
	"net/http"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
)

// invitationPeriod is how long an invitation can be accepted.
const invitationPeriod = 72 * time.Hour

const invitationMail = outbox.Columns("mail_status")

// InvitationStatus is the status of an invitation.
type InvitationStatus string

// The statuses. Accepted and revoked are final. An open invitation stays open when it expires.
const (
	Open     InvitationStatus = "open"
	Accepted InvitationStatus = "accepted"
	Revoked  InvitationStatus = "revoked"
)

var invitations = kit.Collection{
	Name: "invitations",
	Description: "An invitation of a member of staff: an admin chooses the role, the invited person chooses the " +
		"password. The link in the email works once. A new invitation of an address revokes the one before.",
	Fields: append(kit.Fields{
		kit.Email("email").Required().Presentable().
			Help("Where the link is sent. It becomes the address of the account."),
		kit.Select("role", role.Admin, role.Doctor, role.Nurse, role.Receptionist, role.Accountant).Required().
			Help("Role of the account."),
		kit.Relation("department", "departments").Help("Department of a doctor or nurse."),
		kit.Text("specialization", 120).Help("Specialization of a doctor."),
		kit.Text("license_no", 60).Help("License number of a doctor or nurse."),
		kit.Select("status", Open, Accepted, Revoked).Required().
			Help("Status of the invitation. It stays open when it expires."),
		kit.Instant("expires").Required().Help("Until when the link works: 72 hours after the invitation."),
		kit.Relation("invited_by", "users").Help("Admin who sent it. Empty if it was a superuser."),
		kit.Relation("user", "users").Help("Account of the person who accepted it."),
		kit.Instant("settled_at").Help("When it was accepted or revoked."),
		kit.Instant("link_copied_at").Help("When an admin last copied the link to hand it over."),
		tokenField,
	}, invitationMail.Fields(outbox.MailHelp)...),
	Indexes: []kit.Index{
		{Columns: "token_hash", Unique: true, Where: "token_hash != ''"},
		{Columns: "email", Unique: true, Where: "status = 'open'"},
		{Columns: "status, created"},
		invitationMail.Index(),
	},
	Policy: kit.Policy{
		role.Admin: {
			Read: kit.All, HiddenFields: []string{"token_hash"},
			Create: kit.All, CreateFields: []string{"email", "role", "department", "specialization", "license_no"},
			Update: kit.All, UpdateFields: []string{"status"},
		},
	},
	RawText: []string{"token_hash"},
}

const invitationKey = "@invitation"

// InvitationAccepted is the event that an account was created from an invitation.
var InvitationAccepted = kit.Event{Collection: "users", Happened: func(before, after *core.Record) bool {
	return before == nil && InvitationOf(after).Record != nil
}}

// InvitationOf returns the invitation that a new account was created from, or the zero value.
func InvitationOf(user *core.Record) Invitation {
	invitation, _ := user.GetRaw(invitationKey).(Invitation)
	return invitation
}

// invite opens a new invitation and revokes earlier ones to the same address.
func invite(e *core.RecordEvent) error {
	invitation := Invitation{e.Record}
	if _, err := e.App.FindAuthRecordByEmail("users", invitation.email()); err == nil {
		return kit.Conflict("email", "has_account", "This address has an account already. Change its role instead.")
	}
	if given := invitation.credential(); given != "" && invitation.Role() != role.Doctor &&
		invitation.Role() != role.Nurse {
		return kit.Invalid(given, "wrong_role", "Only doctors and nurses have a "+given+".")
	}
	older, err := openInvitations(e.App, invitation.email())
	if err != nil {
		return err
	}
	actor := kit.ActorOf(e.Record)
	for _, r := range older {
		Invitation{r}.revoke()
		if err := e.App.Save(kit.SetActor(actor, r)); err != nil {
			return err
		}
	}
	invitation.open(actor.ID, kit.Now(e.App))
	return e.Next()
}

// copyLink answers with a new link of an invitation, for an admin to hand over. Earlier links end.
func copyLink(e *kit.Request) error {
	var address string
	var invitation Invitation
	err := e.App.RunInTransaction(func(tx core.App) error {
		found, err := tx.FindRecordById("invitations", e.Record.Id)
		if err != nil {
			return err
		}
		invitation = Invitation{found}
		if !invitation.acceptable(kit.Now(tx)) {
			return kit.Conflict("status", "not_open", "This invitation cannot be accepted any more. Invite again.")
		}
		invitation.takeLink(kit.Now(tx))
		token, err := IssueToken(tx, kit.SetActor(e.Caller, found))
		address = page(tx, "invitation", token)
		return err
	})
	if err != nil {
		return err
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, map[string]string{
		"url": address, "expires": kit.FormatInstant(invitation.expires())})
}

// acceptInvitation creates the account of an invited person. The token is checked again in
// the transaction: the second of two concurrent requests is refused.
func acceptInvitation(e *kit.Request) error {
	sent := struct {
		Token    string `json:"token" form:"token"`
		Name     string `json:"name" form:"name"`
		Password string `json:"password" form:"password"`
	}{}
	if err := kit.BindBody(e.RequestEvent, &sent); err != nil {
		return err
	}
	if len(sent.Password) > 72 {
		return kit.Invalid("password", "too_long", "A password has at most 72 bytes.")
	}
	// before the password is hashed, which is slow
	if _, err := findByToken(e.App, "invitations", sent.Token); err != nil {
		return err
	}
	user, err := kit.New(e.App, "users")
	if err != nil {
		return err
	}
	user.SetPassword(sent.Password)
	err = e.App.RunInTransaction(func(tx core.App) error {
		found, err := findByToken(tx, "invitations", sent.Token)
		if err != nil {
			return err
		}
		invitation := Invitation{found}
		if _, err := tx.FindAuthRecordByEmail("users", invitation.email()); err == nil {
			return errToken // an account was created for the address since then
		}
		user.SetEmail(invitation.email())
		user.SetVerified(true)
		u := User{user}
		u.setName(sent.Name)
		u.setRole(invitation.Role())
		u.setStatus(Active)
		user.SetRaw(invitationKey, invitation)
		if err := tx.Save(kit.SetActor(actorFor(e, kit.System), user)); err != nil {
			return err
		}
		invitation.accept(user.Id)
		return tx.Save(kit.SetActor(actorFor(e, kit.System), found))
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"email": user.Email()})
}

// actorFor is somebody who acts, whoever is signed in, with the address and id of the request: a guest whose registration
// becomes an account, or the server, which makes that of an invitation.
func actorFor(e *kit.Request, as kit.Role) kit.Actor {
	return kit.Actor{Role: as, IP: e.Caller.IP, Request: e.Caller.Request}
}
