package accounts

import (
	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/internal/role"
)

// Status of an account. Only an active account can sign in.
type Status string

// The statuses. A doctor who registers is pending until an admin activates the account.
const (
	Active    Status = "active"
	Pending   Status = "pending"
	Suspended Status = "suspended"
)

// profile lists the fields that a registration may contain in addition to the account.
// They become the patients or doctors record.
var profile = []string{
	"birth_date", "sex", "blood_group", "address", "national_id",
	"emergency_name", "emergency_phone", "emergency_relation", "medical_history",
	"department", "specialization", "license_no", "qualifications", "bio",
}

var ownAccount = kit.Grant{
	Read:   kit.Own("id"),
	Update: kit.Own("id"), UpdateFields: []string{"name", "phone", "password", "language"},
}

var users = kit.Collection{
	Name:        "users",
	Description: "An account: a person who signs in, with one role.",
	SignIn: kit.SignIn{
		RoleField: "role", Roles: role.All, Superuser: role.Admin,
		StatusField: "status", Active: string(Active),
		Managers:    []kit.Role{role.Admin},
		MinPassword: MinPassword,
	},
	Fields: kit.Fields{
		kit.Text("name", 120).Required().Presentable().Help("Full name of the person."),
		kit.Select("role", role.All...).Required().Presentable().Help("What the person may do."),
		kit.Select("status", Active, Pending, Suspended).Required().Help("Only an active account can sign in."),
		kit.Text("phone", 40).Help("Phone number of the person."),
		kit.Select("language", letters.Languages...).
			Help("Language of mails to the person. Empty: that of the hospital."),
	},
	Indexes: []kit.Index{{Columns: "role, status"}},
	Policy: kit.Policy{
		kit.Guest: {
			Create: kit.All, CreateFields: []string{"email", "password", "name", "role", "phone", "language"},
		},
		role.Patient:      ownAccount,
		role.Doctor:       ownAccount,
		role.Nurse:        ownAccount,
		role.Receptionist: ownAccount,
		role.Accountant:   ownAccount,
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: []string{"email", "password", "name", "role", "status", "phone",
				"language"},
			Update: kit.All, UpdateFields: []string{"name", "role", "status", "phone", "language"},
		},
	},
	GuestFields: profile,
}
