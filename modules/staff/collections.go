package staff

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

var active = kit.All.Only("active", "active = true")

var departmentFields = []string{"code", "name", "active"}

var departments = kit.Collection{
	Name:        "departments",
	Description: "A department of the hospital.",
	Fields: kit.Fields{
		kit.Text("code", 20).Required().Presentable().Help("Short code. Unique."),
		kit.Text("name", 120).Required().Presentable().Help("Name of the department."),
		kit.Bool("active").Help("Whether the department is open. Guests and patients see open ones only."),
	},
	Indexes: []kit.Index{{Columns: "code", Unique: true}},
	Policy: kit.Policy{
		kit.Guest:         {Read: active},
		role.Patient:      {Read: active},
		role.Doctor:       {Read: kit.All},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   {Read: kit.All},
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: departmentFields,
			Update: kit.All, UpdateFields: departmentFields,
		},
	},
}

var (
	private   = []string{"user", "license_no", "phone"} // not for guests and patients
	adminOnly = []string{"license_no"}
	colleague = kit.Grant{Read: kit.All, HiddenFields: adminOnly}
)

// doctorFields are what an admin writes about a doctor. The account is set once.
var doctorFields = []string{
	"name", "department", "specialization", "license_no", "qualifications", "bio", "phone",
	"consultation", "follow_up", "follow_up_days", "accepts_online", "active",
}

var doctors = kit.Collection{
	Name:        "doctors",
	Description: "A doctor, as colleagues and patients know them. The account is a record of users.",
	Fields: kit.Fields{
		kit.Relation("user", "users").Required().Help("Account of the doctor. One doctor per account."),
		kit.Text("name", 120).Required().Presentable().Help("Full name, with title."),
		kit.Relation("department", "departments").Help("Department the doctor works in."),
		kit.Text("specialization", 120).Presentable().Help("Medical specialty, such as Cardiology."),
		kit.Text("license_no", 60).Help("License number. Only admins see it."),
		kit.Text("qualifications", 500).Help("Degrees and certificates."),
		kit.Text("bio", 2000).Help("Introduction for patients, plain text."),
		kit.Text("phone", 40).Help("Phone number for colleagues. Guests and patients do not see it."),
		kit.Relation("consultation", "services").Help("Service that a visit is billed as."),
		kit.Relation("follow_up", "services").
			Help("Service that a follow-up is billed as, if it is soon enough after another visit to this doctor."),
		kit.Int("follow_up_days", 0, 365).
			Help("For how many days after a visit the follow_up service applies. 0 means never."),
		kit.Bool("accepts_online").Help("Whether patients can book visits themselves."),
		kit.Bool("active").Help("Whether visits can be booked at all."),
	},
	Indexes: []kit.Index{{Columns: "user", Unique: true}, {Columns: "department"}, {Columns: "name"}},
	Policy: kit.Policy{
		kit.Guest:    {Read: active, HiddenFields: private},
		role.Patient: {Read: kit.All, HiddenFields: private},
		role.Doctor: {
			Read: kit.All, HiddenFields: adminOnly,
			Update: kit.Own("user"), UpdateFields: []string{"qualifications", "bio", "phone", "accepts_online"},
		},
		role.Nurse:        colleague,
		role.Receptionist: colleague,
		role.Accountant:   colleague,
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: append([]string{"user"}, doctorFields...),
			Update: kit.All, UpdateFields: doctorFields,
		},
	},
}

// nurseFields are what an admin writes about a nurse. The account is set once.
var nurseFields = []string{"name", "department", "license_no", "phone", "active"}

var nurses = kit.Collection{
	Name:        "nurses",
	Description: "A nurse. The account is a record of users.",
	Fields: kit.Fields{
		kit.Relation("user", "users").Required().Help("Account of the nurse. One nurse per account."),
		kit.Text("name", 120).Required().Presentable().Help("Full name."),
		kit.Relation("department", "departments").Help("Department the nurse works in."),
		kit.Text("license_no", 60).Help("License number. Only admins see it."),
		kit.Text("phone", 40).Help("Phone number for colleagues."),
		kit.Bool("active").Help("Whether the nurse works here now."),
	},
	Indexes: []kit.Index{{Columns: "user", Unique: true}},
	Policy: kit.Policy{
		role.Doctor: colleague,
		role.Nurse: {
			Read: kit.All, HiddenFields: adminOnly,
			Update: kit.Own("user"), UpdateFields: []string{"phone"},
		},
		role.Receptionist: colleague,
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: append([]string{"user"}, nurseFields...),
			Update: kit.All, UpdateFields: nurseFields,
		},
	},
}
