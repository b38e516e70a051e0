package notices

import (
	"database/sql"
	"errors"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// preferences are what people have switched off or on.
var preferences = kit.Collection{
	Name: "notice_preferences",
	Description: "By which channels a person wants messages of a kind. What has no record is as usual: mails of every " +
		"kind, and text messages if the hospital sends them. Only `day_list` is for who asks for it. Messages about a " +
		"visit that was moved, cancelled or rejected cannot be switched off. The portal shows all.",
	Fields: kit.Fields{
		kit.Relation("user", "users").Help("Account whose preference it is."),
		kit.Relation("patient", "patients").Help("Patient without an account whose preference it is."),
		kit.Select("kind", optional...).Required().Presentable().Help("Kind of message, as in notices."),
		kit.Bool("email").Help("Whether the person wants mails of this kind."),
		kit.Bool("no_texts").Help("The person wants no text messages of this kind."),
	},
	Indexes:       []kit.Index{{Columns: "user, patient, kind", Unique: true}, {Columns: "kind, email"}},
	RoutineFields: []string{"kind", "email", "no_texts"},
	Policy: kit.Policy{
		role.Patient: ownPreference,
		role.Doctor:  ownPreference,
		role.Receptionist: {
			Read: kit.All, Create: kit.All, CreateFields: []string{"patient", "kind", "email", "no_texts"},
			Update: kit.All, UpdateFields: []string{"email", "no_texts"},
		},
		role.Admin: {
			Read: kit.All, Create: kit.All, CreateFields: []string{"patient", "kind", "email", "no_texts"},
			Update: kit.All, UpdateFields: []string{"email", "no_texts"},
		},
	},
}

var ownPreference = kit.Grant{
	Read:   kit.Own("user"),
	Create: kit.Own("user"), CreateFields: []string{"user", "kind", "email", "no_texts"},
	Update: kit.Own("user"), UpdateFields: []string{"email", "no_texts"},
}

// Preference is a record of notice_preferences.
type Preference struct{ *core.Record }

func (p Preference) user() string    { return p.GetString("user") }
func (p Preference) patient() string { return p.GetString("patient") }
func (p Preference) email() bool     { return p.GetBool("email") }
func (p Preference) noTexts() bool   { return p.GetBool("no_texts") }

func (p Preference) setEmail(wanted bool) { p.Set("email", wanted) }

func (p Preference) fill(o owner, kind Kind) {
	p.Set("user", o.user)
	p.Set("patient", o.patient)
	p.Set("kind", string(kind))
}

// owner is whose preference it is: an account, or a patient without one.
type owner struct{ user, patient string }

func (n Notice) owner() owner {
	if n.recipient() != "" {
		return owner{user: n.recipient()}
	}
	return owner{patient: n.patient()}
}

// preferenceOf returns the stored preference, or a record without an id.
func preferenceOf(app core.App, o owner, kind Kind) (Preference, error) {
	found, err := app.FindFirstRecordByFilter("notice_preferences",
		"user = {:user} && patient = {:patient} && kind = {:kind}",
		dbx.Params{"user": o.user, "patient": o.patient, "kind": string(kind)})
	if errors.Is(err, sql.ErrNoRows) {
		found, err = kit.New(app, "notice_preferences")
	}
	return Preference{found}, err
}

// wanted reports whether the recipient wants messages of this kind by this channel.
func (n Notice) wanted(app core.App) (bool, error) {
	m := n.message()
	if m.essential || !slices.Contains(optional, m.kind) {
		return true, nil
	}
	stored, err := preferenceOf(app, n.owner(), m.kind)
	if err != nil {
		return false, err
	}
	if stored.Id == "" {
		return !m.asked, nil
	}
	if n.channel() == Webhook {
		return !stored.noTexts(), nil
	}
	return stored.email(), nil
}

func checkNewPreference(e *core.RecordEvent) error {
	if p := (Preference{e.Record}); (p.user() == "") == (p.patient() == "") {
		return kit.Invalid("user", "one_owner", "A preference is of an account, or of a patient without one.")
	}
	return e.Next()
}
