package accounts

import (
	"net/http"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

const invitationHolds = 72 * time.Hour

// State of an invitation.
type State string

// The states. Accepted and revoked are final. An open invitation stays open when it expires.
const (
	Open     State = "open"
	Accepted State = "accepted"
	Revoked  State = "revoked"
)

// credentials are what an admin enters about a doctor or nurse they invite. They are copied
// to the doctors or nurses record.
var credentials = []string{"department", "specialization", "license_no"}

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
		kit.Select("state", Open, Accepted, Revoked).Required().
			Help("State of the invitation. It stays open when it expires."),
		kit.Instant("expires").Required().Help("Until when the link works: 72 hours after the invitation."),
		kit.Relation("invited_by", "users").Help("Admin who sent it. Empty if it was a superuser."),
		kit.Relation("user", "users").Help("Account of the person who accepted it."),
		kit.Instant("settled_at").Help("When it was accepted or revoked."),
	}, letter()...),
	Indexes: []kit.Index{
		{Columns: "token_hash", Unique: true, Where: "token_hash != ''"},
		{Columns: "email", Unique: true, Where: "state = 'open'"},
		{Columns: "state, created"},
		{Columns: "status, next_try_at"},
	},
	Policy: kit.Policy{
		role.Admin: {
			Read: kit.All, HiddenFields: []string{"token_hash"},
			Create: kit.All, CreateFields: []string{"email", "role", "department", "specialization", "license_no"},
			Update: kit.All, UpdateFields: []string{"state"},
		},
	},
	RawText: []string{"token_hash"},
}

const invitationKey = "@invitation"

// Joined is somebody accepting an invitation.
var Joined = kit.Event{Collection: "users", Happened: func(before, after *core.Record) bool {
	return before == nil && InvitationOf(after) != nil
}}

// InvitationOf is what a new account was invited with; nil for others.
func InvitationOf(user *core.Record) *core.Record {
	invitation, _ := user.GetRaw(invitationKey).(*core.Record)
	return invitation
}

// invite settles a new invitation, and revokes the one before.
func invite(e *core.RecordEvent) error {
	r := e.Record
	if _, err := e.App.FindAuthRecordByEmail("users", r.GetString("email")); err == nil {
		return kit.Conflict("email", "has_account", "This address has an account already. Change its role instead.")
	}
	if invited := kit.Role(r.GetString("role")); invited != role.Doctor && invited != role.Nurse {
		for _, field := range credentials {
			if r.GetString(field) != "" {
				return kit.Invalid(field, "wrong_role", "Only doctors and nurses have a "+field+".")
			}
		}
	}
	before, err := e.App.FindAllRecords("invitations", dbx.HashExp{"state": string(Open)}, dbx.NewExp("[[email]] = {:email} COLLATE NOCASE", dbx.Params{"email": r.GetString("email")}))
	if err != nil {
		return err
	}
	actor, now := kit.ActorOf(r), kit.Now(e.App)
	for _, older := range before {
		older.Set("state", string(Revoked))
		if err := e.App.Save(kit.SetActor(actor, older)); err != nil {
			return err
		}
	}
	r.Load(map[string]any{"state": string(Open), "expires": now.Add(invitationHolds), "status": "pending", "next_try_at": now, "invited_by": actor.ID})
	return e.Next()
}

// acceptInvitation makes the account that somebody was invited to. Two at once are
// one after the other, and the second has no invitation any more.
func acceptInvitation(e *kit.Request) error {
	sent := struct {
		Token    string `json:"token" form:"token"`
		Name     string `json:"name" form:"name"`
		Password string `json:"password" form:"password"`
	}{}
	if err := e.BindBody(&sent); err != nil {
		return e.BadRequestError("The body could not be read.", err)
	}
	if len(sent.Password) > 72 {
		return kit.Invalid("password", "too_long", "A password has at most 72 bytes.")
	}
	if _, err := opened(e.App, "invitations", sent.Token); err != nil { // before a hash is made for it
		return err
	}
	user, err := kit.New(e.App, "users")
	if err != nil {
		return err
	}
	user.Set("password", sent.Password)
	err = e.App.RunInTransaction(func(tx core.App) error {
		invitation, err := opened(tx, "invitations", sent.Token)
		if err != nil {
			return err
		}
		if _, err := tx.FindAuthRecordByEmail("users", invitation.GetString("email")); err == nil {
			return badLink // it has an account by now
		}
		user.Load(map[string]any{"email": invitation.GetString("email"), "name": sent.Name, "role": invitation.GetString("role"), "status": string(Active), "verified": true})
		user.SetRaw(invitationKey, invitation)
		if err := tx.Save(kit.SetActor(by(e), user)); err != nil {
			return err
		}
		invitation.Load(map[string]any{"state": string(Accepted), "user": user.Id})
		return tx.Save(kit.SetActor(by(e), invitation))
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"email": user.Email()})
}

// by is the hospital itself, at somebody's request.
func by(e *kit.Request) kit.Actor {
	return kit.Actor{Role: kit.System, IP: e.Caller.IP, Request: e.Caller.Request}
}
