package patients

import (
	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/internal/role"
)

// Sex of a patient for administrative purposes, in the values of FHIR.
type Sex string

// Source is the reason why a person is in a care team.
type Source string

// The sources of a care team entry.
const (
	Appointment Source = "appointment" // an approved visit
	Manual      Source = "manual"      // added by an admin
	BreakGlass  Source = "break_glass" // emergency access, declared by the person
)

var contact = []string{
	"phone", "email", "address", "language", "interpreter", "emergency_name", "emergency_phone", "emergency_relation",
}

var identity = with(contact, "name", "birth_date", "sex", "blood_group", "national_id")

var patients = kit.Collection{
	Name: "patients",
	Description: "A patient. One account may hold several patients, such as a parent and their children, " +
		"and a patient needs no account.",
	Fields: kit.Fields{
		kit.Relation("user", "users").
			Help("Account that manages this patient. Empty if there is none; several patients may share one."),
		kit.Text("user_reason", 500).
			Help("Why an admin set or changed the account. Only admins see it, and send it with every change of user."),
		kit.Text("mrn", 20).Presentable().Help("Medical record number, with a check digit. Unique."),
		kit.Text("name", 120).Required().Presentable().Help("Full name."),
		kit.Text("name_key", 240).Help("Name without case and accents, for searching."),
		kit.Day("birth_date").Help("Date of birth, YYYY-MM-DD."),
		kit.Select[Sex]("sex", "female", "male", "other", "unknown").Help("Administrative sex."),
		kit.Select[string]("blood_group", "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-").Help("Blood group."),
		kit.Text("phone", 40).Help("Phone number."),
		kit.Email("email").Help("Email address for notices. It may differ from the address of the account."),
		kit.Text("address", 300).Help("Postal address."),
		kit.Select("language", letters.Languages...).
			Help("Language of mails to the patient, if the account has chosen none. Empty: that of the hospital."),
		kit.Language("interpreter").
			Help("Language in which the patient needs an interpreter, such as ar or pt-BR. Empty: none is needed."),
		kit.Text("national_id", 60).
			Help("Number of an identity document. Doctors, nurses and accountants do not see it."),
		kit.Text("emergency_name", 120).Help("Name of the emergency contact."),
		kit.Text("emergency_phone", 40).Help("Phone number of the emergency contact."),
		kit.Text("emergency_relation", 60).Help("Relation of the emergency contact to the patient, such as mother."),
		kit.Text("medical_history", 50_000).
			Help("Medical history, plain text. Receptionists and accountants do not see it."),
		kit.Bool("active").Help("Whether visits can be booked for the patient."),
		kit.Bool("confirmed_distinct").
			Help("Staff confirmed that this is not the same person as a similar patient. Patients do not see it."),
		kit.Bool("vip").Help("Whoever opens the record is reviewed by an admin. Only the front desk and admins see this."),
		kit.Relation("merged_into", "patients").Help("Record of the same person that is used instead of this one."),
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
	RoutineFields: []string{"active"},
	Policy: kit.Policy{
		role.Patient: {
			Read: kit.Own("user"), HiddenFields: []string{"user_reason", "confirmed_distinct", "vip"},
			Create: kit.Own("user"), CreateFields: with(identity, "user", "medical_history"),
			Update: kit.Own("user"), UpdateFields: contact,
		},
		role.Doctor: {
			Read: Care(""), HiddenFields: []string{"user_reason", "national_id", "vip"},
			Update: Care(""), UpdateFields: []string{"blood_group", "medical_history"},
		},
		role.Nurse: {
			Read: kit.All, HiddenFields: []string{"user_reason", "national_id", "vip"},
			Create: kit.All, CreateFields: with(identity, "medical_history", "confirmed_distinct"),
		},
		role.Receptionist: {
			Read: kit.All, HiddenFields: []string{"user_reason", "medical_history"},
			Create: kit.All, CreateFields: with(identity, "confirmed_distinct"),
			Update: kit.All, UpdateFields: with(identity, "active", "vip"),
		},
		role.Accountant: {Read: kit.All, VisibleFields: []string{"mrn", "name", "phone", "email", "address"}},
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: with(identity, "user", "user_reason", "medical_history", "confirmed_distinct"),
			Update: kit.All, UpdateFields: with(identity, "user", "user_reason", "medical_history", "active", "vip"),
		},
	},
}

var careTeam = kit.Collection{
	Name: "care_team",
	Description: "Who can open a patient's record, and until when. An approved visit adds its doctor, from the " +
		"hospital's care_team_lead_days before it until care_team_days after it.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient whose record can be opened."),
		kit.Relation("user", "users").Required().Presentable().Help("Account of the doctor or nurse who can open it."),
		kit.Select("source", Appointment, Manual, BreakGlass).Required().
			Help("Why: an approved visit, an admin, or emergency access."),
		kit.Relation("appointment", "appointments").
			Help("Approved visit that gives the access. If it is cancelled or moved, the access ends."),
		kit.Text("reason", 500).Help("Reason given by the admin, or for emergency access."),
		kit.Instant("starts").Required().Help("From when the record can be opened."),
		kit.Instant("ends").Required().Help("Until when the record can be opened."),
	},
	Indexes:       []kit.Index{{Columns: "user, ends"}, {Columns: "patient, user, ends"}, {Columns: "appointment"}},
	RoutineFields: []string{"source"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor:  {Read: kit.Own("user")},
		role.Nurse:   {Read: kit.Own("user")},
		role.Admin: {
			Read:   kit.All,
			Create: kit.All, CreateFields: []string{"patient", "user", "reason", "starts", "ends"},
			Update: kit.All, UpdateFields: []string{"ends"},
		},
	},
}

// Care is the scope of patients whose care team the caller is in now. path is the relation to
// the patient; it is empty for the patients collection itself.
func Care(path string) kit.Scope {
	return inTeam("care", path, "", "")
}

// Treated is the scope of patients whom the caller treats now: it is Care, but for emergency access.
func Treated(path string) kit.Scope {
	return inTeam("treated", path, string(BreakGlass), " AND source != '"+string(BreakGlass)+"'")
}

// inTeam is the scope of patients in whose care team the caller is now, from another source than one. andSource is
// the same in SQL.
func inTeam(name, path, otherThan, andSource string) kit.Scope {
	column, prefix := "id", ""
	if path != "" {
		column, prefix = path, path+"."
	}
	via := prefix + "care_team_via_patient."
	rule := via + "user ?= @request.auth.id && " + via + "starts ?<= @now && " + via + "ends ?> @now"
	if otherThan != "" {
		rule += " && " + via + `source ?!= "` + otherThan + `"`
	}
	return kit.Rows(name, rule, "[[@."+column+"]] IN (SELECT patient FROM care_team"+
		" WHERE user = {:me} AND starts <= {:now} AND ends > {:now}"+andSource+")").
		Accounts(column, "SELECT user FROM care_team WHERE patient = {:id} AND starts <= {:now} AND ends > {:now}"+andSource).
		About(path)
}

// Treating returns the filter for patients in the caller's care, except by emergency access.
func Treating(path string) string { return Treated(path).Rule() }

func with(fields []string, more ...string) []string {
	return append(append([]string{}, fields...), more...)
}
