package staff

import "hospital/internal/kit"

var active = kit.All.Only("active", "active = true")

var departments = kit.Collection{
	Name: "departments",
	Fields: kit.Fields{
		kit.Required(kit.Text("code", 20)),
		kit.Required(kit.Text("name", 120)),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "code", Unique: true}},
	Policy: kit.Policy{
		kit.Guest:        {Read: active},
		kit.Patient:      {Read: active},
		kit.Doctor:       {Read: kit.All},
		kit.Nurse:        {Read: kit.All},
		kit.Receptionist: {Read: kit.All},
		kit.Accountant:   {Read: kit.All},
		kit.Admin: {Read: kit.All, Create: kit.All, Sets: []string{"code", "name", "active"},
			Update: kit.All, Changes: []string{"code", "name", "active"}},
	},
}

var private = []string{"user", "license_no", "phone"}

var doctors = kit.Collection{
	Name: "doctors",
	Fields: kit.Fields{
		kit.Required(kit.Relation("user", "users")),
		kit.Required(kit.Text("name", 120)),
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
		kit.Guest:   {Read: active, Blind: private},
		kit.Patient: {Read: kit.All, Blind: private},
		kit.Doctor: {Read: kit.All, Blind: []string{"license_no"},
			Update: kit.Own("user"), Changes: []string{"qualifications", "bio", "phone", "accepts_online"}},
		kit.Nurse:        {Read: kit.All, Blind: []string{"license_no"}},
		kit.Receptionist: {Read: kit.All, Blind: []string{"license_no"}},
		kit.Accountant:   {Read: kit.All, Blind: []string{"license_no"}},
		kit.Admin: {Read: kit.All,
			Create: kit.All, Sets: []string{"user", "name", "department", "specialization", "license_no", "qualifications", "bio",
				"phone", "consultation", "follow_up", "follow_up_days", "accepts_online", "active"},
			Update: kit.All, Changes: []string{"name", "department", "specialization", "license_no", "qualifications", "bio",
				"phone", "consultation", "follow_up", "follow_up_days", "accepts_online", "active"}},
	},
}

var nurses = kit.Collection{
	Name: "nurses",
	Fields: kit.Fields{
		kit.Required(kit.Relation("user", "users")),
		kit.Required(kit.Text("name", 120)),
		kit.Relation("department", "departments"),
		kit.Text("license_no", 60),
		kit.Text("phone", 40),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "user", Unique: true}},
	Policy: kit.Policy{
		kit.Doctor:       {Read: kit.All, Blind: []string{"license_no"}},
		kit.Nurse:        {Read: kit.All, Blind: []string{"license_no"}, Update: kit.Own("user"), Changes: []string{"phone"}},
		kit.Receptionist: {Read: kit.All, Blind: []string{"license_no"}},
		kit.Admin: {Read: kit.All,
			Create: kit.All, Sets: []string{"user", "name", "department", "license_no", "phone", "active"},
			Update: kit.All, Changes: []string{"name", "department", "license_no", "phone", "active"}},
	},
}
