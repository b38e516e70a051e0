package accounts

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// Status of an account. Only an active one signs in.
type Status string

// The statuses. A doctor who registers is pending until an admin activates them.
const (
	Active    Status = "active"
	Pending   Status = "pending"
	Suspended Status = "suspended"
)

// profile names what people who register may say of themselves beyond the
// account; it becomes their patients or doctors record.
var profile = []string{"birth_date", "sex", "blood_group", "address", "national_id", "emergency_name", "emergency_phone",
	"emergency_relation", "medical_history", "department", "specialization", "license_no", "qualifications", "bio"}

var self = kit.Grant{Read: kit.Own("id"), Update: kit.Own("id"), UpdateFields: []string{"name", "phone", "password"}}

var users = kit.Collection{
	Name: "users",
	SignIn: kit.SignIn{RoleField: "role", Roles: role.All, Superuser: role.Admin, StatusField: "status", Active: string(Active),
		Managers: []kit.Role{role.Admin}, MinPassword: 12},
	Fields: kit.Fields{
		kit.Text("name", 120).Required(),
		kit.Select("role", role.All...).Required(),
		kit.Select("status", Active, Pending, Suspended).Required(),
		kit.Text("phone", 40),
	},
	Indexes: []kit.Index{{Columns: "role, status"}},
	Policy: kit.Policy{
		kit.Guest:         {Create: kit.All, CreateFields: []string{"email", "password", "name", "role", "phone"}},
		role.Patient:      self,
		role.Doctor:       self,
		role.Nurse:        self,
		role.Receptionist: self,
		role.Accountant:   self,
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: []string{"email", "password", "name", "role", "status", "phone"},
			Update: kit.All, UpdateFields: []string{"name", "role", "status", "phone"},
		},
	},
	GuestFields: profile,
}
