package accounts

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Invitation is a record of invitations: an account that is offered to a member of staff.
type Invitation struct{ *core.Record }

// Role is the role of the future account.
func (i Invitation) Role() kit.Role { return kit.Role(i.GetString("role")) }

// Department is the id of the department of a doctor or nurse.
func (i Invitation) Department() string { return i.GetString("department") }

// Specialization is the specialization of a doctor.
func (i Invitation) Specialization() string { return i.GetString("specialization") }

// LicenseNo is the license number of a doctor or nurse.
func (i Invitation) LicenseNo() string { return i.GetString("license_no") }

func (i Invitation) expires() time.Time { return expires(i.Record) }

func (i Invitation) email() string { return i.GetString("email") }

func (i Invitation) status() InvitationStatus { return InvitationStatus(i.GetString("status")) }

// credential returns the name of the first field with a value that only doctors and nurses
// have, or an empty string.
func (i Invitation) credential() string {
	for _, field := range []string{"department", "specialization", "license_no"} {
		if i.GetString(field) != "" {
			return field
		}
	}
	return ""
}

// acceptable reports whether the invitation can still be accepted.
func (i Invitation) acceptable(now time.Time) bool {
	return i.status() == Open && expires(i.Record).After(now)
}

// open sets the fields of a new invitation.
func (i Invitation) open(invitedBy string, now time.Time) {
	i.Set("status", string(Open))
	i.Set("invited_by", invitedBy)
	setExpires(i.Record, now.Add(invitationPeriod))
	invitationMail.SetPending(i.Record, now)
}

// handedOver is why no mail is sent of an invitation.
const handedOver = "An admin has copied the link."

// takeLink is that an admin hands over the link. A mail would end it, so none is sent any more.
func (i Invitation) takeLink(now time.Time) {
	i.Set("link_copied_at", now)
	if invitationMail.Waits(i.Record) {
		invitationMail.SetSkipped(i.Record, handedOver)
	}
}

func (i Invitation) revoke() { i.Set("status", string(Revoked)) }

func (i Invitation) accept(user string) {
	i.Set("status", string(Accepted))
	i.Set("user", user)
}

func (i Invitation) close(at time.Time) {
	i.Set("settled_at", at)
	clearToken(i.Record)
}

// openInvitations returns the open invitations to an address, ignoring case.
func openInvitations(app core.App, email string) ([]*core.Record, error) {
	return app.FindAllRecords("invitations", dbx.HashExp{"status": string(Open)},
		dbx.NewExp("[[email]] = {:email} COLLATE NOCASE", dbx.Params{"email": email}))
}
