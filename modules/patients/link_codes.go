package patients

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
)

// linkPeriod is how long a code can be used. Afterwards it is deleted.
const linkPeriod = 7 * 24 * time.Hour

// Channel is how a patient receives a code.
type Channel string

// The channels of a code.
const (
	Print Channel = "print"
	Email Channel = "email"
)

const linkMail = outbox.Columns("mail_status")

var issuing = kit.Grant{
	Read: kit.All, HiddenFields: []string{"token_hash"},
	Create: kit.All, CreateFields: []string{"patient", "channel"},
}

var linkCodes = kit.Collection{
	Name: "link_codes",
	Description: "A code with which a patient links a record to their account. It is for a record without an " +
		"account, works once and for 7 days. A new code of a patient replaces the one before.",
	Fields: append(kit.Fields{
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient whose record is linked."),
		kit.Select("channel", Print, Email).Required().
			Help("Print, the default: the answer has the code, once. Email: it is sent to the patient's email address."),
		kit.Text("token_hash", 64).Help("SHA-256 of the code."),
		kit.Instant("expires").Required().Help("Until when the code works."),
		kit.Relation("issued_by", "users").Help("Account that issued it."),
		kit.Instant("used_at").Help("When the record was linked."),
		kit.Relation("used_by", "users").Help("Account that the record was linked to."),
	}, linkMail.Fields(outbox.MailHelp)...),
	Indexes: []kit.Index{
		{Columns: "token_hash", Unique: true, Where: "token_hash != ''"},
		{Columns: "patient"},
		{Columns: "expires"},
		linkMail.Index(),
	},
	Expiring: true,
	RawText:  []string{"token_hash"},
	Policy:   kit.Policy{role.Receptionist: issuing, role.Admin: issuing},
}

// LinkCode is a record of link_codes: a code that links a patient's record to an account.
type LinkCode struct{ *core.Record }

func (c LinkCode) patient() string  { return c.GetString("patient") }
func (c LinkCode) channel() Channel { return Channel(c.GetString("channel")) }

// usable reports whether it was not used and has not expired.
func (c LinkCode) usable(now time.Time) bool {
	return c.GetString("used_at") == "" && c.GetDateTime("expires").Time().After(now)
}

func (c LinkCode) setChannel(channel Channel) { c.Set("channel", string(channel)) }

func (c LinkCode) issue(by string, now time.Time) {
	c.Set("issued_by", by)
	c.Set("expires", now.Add(linkPeriod))
}

func (c LinkCode) use(by string, now time.Time) {
	c.Set("used_by", by)
	c.Set("used_at", now)
}

// draw sets the hash of a new code and returns the code.
func (c LinkCode) draw() string {
	code := newCode()
	c.Set("token_hash", hashCode(code))
	return code
}

// codeAlphabet has no letters and digits that look alike. Its length divides 256.
const codeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// newCode is a random code such as "K7QM-2XRA-9WTF", of 60 bits.
func newCode() string {
	const length, group = 12, 4
	random := make([]byte, length)
	_, _ = rand.Read(random) // never fails
	var code strings.Builder
	for i, b := range random {
		if i > 0 && i%group == 0 {
			code.WriteByte('-')
		}
		code.WriteByte(codeAlphabet[int(b)%len(codeAlphabet)])
	}
	return code.String()
}

// hashCode hashes a code as people type it: lower case, without the hyphens.
func hashCode(code string) string {
	return security.SHA256(strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(code)))
}

// issueCode completes a new code. A printed one is in the answer, and nowhere else; that of an email is
// drawn when it is sent.
func issueCode(e *core.RecordEvent) error {
	code, now := LinkCode{e.Record}, kit.Now(e.App)
	patient, err := Find(e.App, code.patient())
	if errors.Is(err, sql.ErrNoRows) {
		return e.Next() // the relation's validation refuses it
	}
	if err != nil {
		return err
	}
	if err := RejectMerged(e.App, patient.Id); err != nil {
		return err
	}
	if code.channel() == "" {
		code.setChannel(Print)
	}
	switch {
	case patient.User() != "":
		return kit.Conflict("patient", "has_account", "This record has an account. Only an admin can change it.")
	case code.channel() == Email && patient.Email() == "":
		return kit.Conflict("channel", "no_address", "The patient has no email address. Print the code.")
	}
	if err := kit.DeleteAll(e.App, "link_codes", dbx.HashExp{"patient": patient.Id, "used_at": ""}); err != nil {
		return err
	}
	code.issue(kit.ActorOf(e.Record).ID, now)
	if code.channel() == Email {
		linkMail.SetPending(e.Record, now)
		return e.Next()
	}
	text := code.draw()
	linkMail.SetSkipped(e.Record, "The code is printed.")
	if err := e.Next(); err != nil {
		return err
	}
	kit.AddToResponse(e.Record, "code", text)
	return nil
}

// DeleteExpiredCodes deletes the codes that can no longer be used.
func DeleteExpiredCodes(app core.App) error {
	return kit.DeleteAll(app, "link_codes", kit.Expired(app))
}
