package patients

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// Sex is the administrative one, in FHIR's words.
type Sex string

// Source says why somebody is in a care team.
type Source string

// The sources of a care team entry.
const (
	Appointment Source = "appointment"
	Manual      Source = "manual"
	BreakGlass  Source = "break_glass"
)

var contact = []string{"phone", "email", "address", "emergency_name", "emergency_phone", "emergency_relation"}

var identity = with(contact, "name", "birth_date", "sex", "blood_group", "national_id")

var patients = kit.Collection{
	Name: "patients",
	Fields: kit.Fields{
		kit.Relation("user", "users"),
		kit.Text("mrn", 20),
		kit.Text("name", 120).Required(),
		kit.Text("name_key", 240),
		kit.Day("birth_date"),
		kit.Select[Sex]("sex", "female", "male", "other", "unknown"),
		kit.Select[string]("blood_group", "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"),
		kit.Text("phone", 40),
		kit.Email("email"),
		kit.Text("address", 300),
		kit.Text("national_id", 60),
		kit.Text("emergency_name", 120),
		kit.Text("emergency_phone", 40),
		kit.Text("emergency_relation", 60),
		kit.Text("medical_history", 50_000),
		kit.Bool("active"),
		kit.Bool("confirmed_distinct"), // staff know of others who look the same
		kit.Relation("merged_into", "patients"),
	},
	RawText: []string{"medical_history"},
	Indexes: []kit.Index{
		{Columns: "mrn", Unique: true},
		{Columns: "user"},
		{Columns: "national_id", Where: "national_id != ''"},
		{Columns: "merged_into", Where: "merged_into != ''"},
		{Columns: "name_key"},
		{Columns: "created"},
	},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("user"), HiddenFields: []string{"confirmed_distinct"},
			Create: kit.Own("user"), CreateFields: with(identity, "user", "medical_history"),
			Update: kit.Own("user"), UpdateFields: contact},
		role.Doctor: {Read: Care(""), HiddenFields: []string{"national_id"},
			Update: Care(""), UpdateFields: []string{"blood_group", "medical_history"}},
		role.Nurse: {Read: kit.All, HiddenFields: []string{"national_id"},
			Create: kit.All, CreateFields: with(identity, "medical_history", "confirmed_distinct")},
		role.Receptionist: {Read: kit.All, HiddenFields: []string{"medical_history"},
			Create: kit.All, CreateFields: with(identity, "user", "confirmed_distinct"),
			Update: kit.All, UpdateFields: with(identity, "user", "active")},
		role.Accountant: {Read: kit.All, VisibleFields: []string{"mrn", "name", "phone", "email", "address"}},
		role.Admin: {Read: kit.All,
			Create: kit.All, CreateFields: with(identity, "user", "medical_history", "confirmed_distinct"),
			Update: kit.All, UpdateFields: with(identity, "user", "medical_history", "active")},
	},
}

var careTeam = kit.Collection{
	Name: "care_team",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required(),
		kit.Relation("user", "users").Required(),
		kit.Select("source", Appointment, Manual, BreakGlass).Required(),
		kit.Text("reason", 500),
		kit.Instant("starts").Required(),
		kit.Instant("ends").Required(),
	},
	Indexes: []kit.Index{{Columns: "user, ends"}, {Columns: "patient, user"}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor:  {Read: kit.Own("user")},
		role.Nurse:   {Read: kit.Own("user")},
		role.Admin: {Read: kit.All,
			Create: kit.All, CreateFields: []string{"patient", "user", "reason", "starts", "ends"},
			Update: kit.All, UpdateFields: []string{"ends"}},
	},
}

// Care is the rows whose patient the caller is in the care team of, now. The path
// leads to the patient and is empty in the patients collection itself.
func Care(path string) kit.Scope {
	column, prefix := "id", ""
	if path != "" {
		column, prefix = path, path+"."
	}
	via := prefix + "care_team_via_patient."
	return kit.Rows("care",
		via+"user ?= @request.auth.id && "+via+"starts ?<= @now && "+via+"ends ?> @now",
		"[[@."+column+"]] IN (SELECT patient FROM care_team WHERE user = {:me} AND starts <= {:now} AND ends > {:now})").About(path)
}

// Treating is the filter for patients in whose care team the caller is because they
// treat them, and not for an emergency that they declared themselves.
func Treating(path string) string {
	return Care(path).Rule() + " && " + path + `.care_team_via_patient.source ?!= "` + string(BreakGlass) + `"`
}

func with(fields []string, more ...string) []string {
	return append(append([]string{}, fields...), more...)
}
