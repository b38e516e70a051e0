package accounts

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Invitation is a record of invitations: an account that is offered to a member of staff.
type Invitation struct{ *core.Record }

// Role is what the admin wants them to be.
func (i Invitation) Role() kit.Role { return kit.Role(i.GetString("role")) }

// Department is the id of the one that a doctor or nurse will work in.
func (i Invitation) Department() string { return i.GetString("department") }

// Specialization is a doctor's.
func (i Invitation) Specialization() string { return i.GetString("specialization") }

// LicenseNo is a doctor's or nurse's.
func (i Invitation) LicenseNo() string { return i.GetString("license_no") }

func (i Invitation) email() string { return i.GetString("email") }

func (i Invitation) status() InvitationStatus { return InvitationStatus(i.GetString("status")) }

// credential is the first field that only doctors and nurses have and that has a value;
// empty when there is none.
func (i Invitation) credential() string {
	for _, field := range []string{"department", "specialization", "license_no"} {
		if i.GetString(field) != "" {
			return field
		}
	}
	return ""
}

// acceptable says that the invitation can still be accepted.
func (i Invitation) acceptable(now time.Time) bool {
	return i.status() == Open && expires(i.Record).After(now)
}

// open makes a new invitation one that can be accepted from now on.
func (i Invitation) open(invitedBy string, now time.Time) {
	i.Set("status", string(Open))
	i.Set("invited_by", invitedBy)
	setExpires(i.Record, now.Add(invitationPeriod))
	invitationMail.SetPending(i.Record, now)
}

func (i Invitation) revoke() { i.Set("status", string(Revoked)) }

func (i Invitation) accept(user string) {
	i.Set("status", string(Accepted))
	i.Set("user", user)
}

func (i Invitation) settle(at time.Time) {
	i.Set("settled_at", at)
	clearToken(i.Record)
}

// openInvitations are those to an address that can be accepted; case does not matter.
func openInvitations(app core.App, email string) ([]*core.Record, error) {
	return app.FindAllRecords("invitations", dbx.HashExp{"status": string(Open)},
		dbx.NewExp("[[email]] = {:email} COLLATE NOCASE", dbx.Params{"email": email}))
}
