package accounts

import "hospital/internal/kit"

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

var self = kit.Grant{Read: kit.Own("id"), Update: kit.Own("id"), Changes: []string{"name", "phone", "password"}}

var users = kit.Collection{
	Name:   "users",
	SignIn: kit.SignIn{Rule: `status = "active"`, Manage: kit.Policy{kit.Admin: {Read: kit.All}}.Reading(), MinPassword: 12},
	Fields: kit.Fields{
		kit.Required(kit.Text("name", 120)),
		kit.Required(kit.Select("role", kit.Roles...)),
		kit.Required(kit.Select("status", Active, Pending, Suspended)),
		kit.Text("phone", 40),
	},
	Indexes: []kit.Index{{Columns: "role, status"}},
	Policy: kit.Policy{
		kit.Guest:        {Create: kit.All, Sets: []string{"email", "password", "name", "role", "phone"}},
		kit.Patient:      self,
		kit.Doctor:       self,
		kit.Nurse:        self,
		kit.Receptionist: self,
		kit.Accountant:   self,
		kit.Admin: {
			Read:   kit.All,
			Create: kit.All, Sets: []string{"email", "password", "name", "role", "status", "phone"},
			Update: kit.All, Changes: []string{"name", "role", "status", "phone"},
		},
	},
	Accepts: profile,
}
