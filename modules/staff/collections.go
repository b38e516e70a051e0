package staff

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

var active = kit.All.Only("active", "active = true")

var departments = kit.Collection{
	Name: "departments",
	Fields: kit.Fields{
		kit.Text("code", 20).Required(),
		kit.Text("name", 120).Required(),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "code", Unique: true}},
	Policy: kit.Policy{
		kit.Guest:         {Read: active},
		role.Patient:      {Read: active},
		role.Doctor:       {Read: kit.All},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   {Read: kit.All},
		role.Admin: {Read: kit.All, Create: kit.All, CreateFields: []string{"code", "name", "active"},
			Update: kit.All, UpdateFields: []string{"code", "name", "active"}},
	},
}

var private = []string{"user", "license_no", "phone"}

var doctors = kit.Collection{
	Name: "doctors",
	Fields: kit.Fields{
		kit.Relation("user", "users").Required(),
		kit.Text("name", 120).Required(),
		kit.Relation("department", "departments"),
		kit.Text("specialization", 120),
		kit.Text("license_no", 60),
		kit.Text("qualifications", 500),
		kit.Text("bio", 2000),
		kit.Text("phone", 40),
		kit.Relation("consultation", "services"),
		kit.Relation("follow_up", "services"), // what a visit costs soon after another
		kit.Int("follow_up_days", 0, 365),     // how soon; 0 for never
		kit.Bool("accepts_online"),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "user", Unique: true}, {Columns: "department"}, {Columns: "name"}},
	Policy: kit.Policy{
		kit.Guest:    {Read: active, HiddenFields: private},
		role.Patient: {Read: kit.All, HiddenFields: private},
		role.Doctor: {Read: kit.All, HiddenFields: []string{"license_no"},
			Update: kit.Own("user"), UpdateFields: []string{"qualifications", "bio", "phone", "accepts_online"}},
		role.Nurse:        {Read: kit.All, HiddenFields: []string{"license_no"}},
		role.Receptionist: {Read: kit.All, HiddenFields: []string{"license_no"}},
		role.Accountant:   {Read: kit.All, HiddenFields: []string{"license_no"}},
		role.Admin: {Read: kit.All,
			Create: kit.All, CreateFields: []string{"user", "name", "department", "specialization", "license_no", "qualifications", "bio",
				"phone", "consultation", "follow_up", "follow_up_days", "accepts_online", "active"},
			Update: kit.All, UpdateFields: []string{"name", "department", "specialization", "license_no", "qualifications", "bio",
				"phone", "consultation", "follow_up", "follow_up_days", "accepts_online", "active"}},
	},
}

var nurses = kit.Collection{
	Name: "nurses",
	Fields: kit.Fields{
		kit.Relation("user", "users").Required(),
		kit.Text("name", 120).Required(),
		kit.Relation("department", "departments"),
		kit.Text("license_no", 60),
		kit.Text("phone", 40),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "user", Unique: true}},
	Policy: kit.Policy{
		role.Doctor:       {Read: kit.All, HiddenFields: []string{"license_no"}},
		role.Nurse:        {Read: kit.All, HiddenFields: []string{"license_no"}, Update: kit.Own("user"), UpdateFields: []string{"phone"}},
		role.Receptionist: {Read: kit.All, HiddenFields: []string{"license_no"}},
		role.Admin: {Read: kit.All,
			Create: kit.All, CreateFields: []string{"user", "name", "department", "license_no", "phone", "active"},
			Update: kit.All, UpdateFields: []string{"name", "department", "license_no", "phone", "active"}},
	},
}
