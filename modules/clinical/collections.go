package clinical

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// Status of an encounter.
type Status string

// The statuses. What is signed stays; what is to be added is an amendment.
const (
	Open   Status = "open"
	Signed Status = "signed"
)

// State says whether something noted is true, and still so.
type State string

// The states. Nothing is removed: what was wrong is entered in error.
const (
	Final    State = "final"
	Active   State = "active"
	Inactive State = "inactive"
	Resolved State = "resolved"
	InError  State = "entered_in_error"
)

// LongestNote is how many characters a note of a visit has at most.
const LongestNote = 50_000

var notes = []string{"complaint", "notes", "assessment", "plan"}

var encounterFields = kit.Fields{
	kit.Relation("appointment", "appointments").Required(),
	kit.Relation("patient", "patients").Required(),
	kit.Relation("doctor", "doctors").Required(),
	kit.Select("status", Open, Signed).Required(),
	kit.Text("complaint", 5_000),
	kit.Text("notes", LongestNote),
	kit.Text("assessment", LongestNote),
	kit.Text("plan", LongestNote),
	kit.Day("follow_up_on"),
	kit.Relation("amends", "encounters"),
	kit.Instant("signed_at"),
	kit.Text("content_hash", 64),
	kit.Int("version", 0, 1<<50),
}

// encounters are what the doctor notes of a visit.
var encounters = kit.Collection{
	Name:    "encounters",
	Fields:  encounterFields,
	RawText: notes,
	Indexes: []kit.Index{
		{Columns: "appointment", Unique: true, Where: "amends = ''"}, // one visit, one encounter, and what amends it
		{Columns: "amends", Unique: true, Where: "amends != ''"},     // which itself can be amended
		{Columns: "patient, created"},
		{Columns: "doctor, status"},
		{Columns: "created"},
	},
	Immutable: kit.Immutable{When: "OLD.status = 'signed'"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user").Only("own-signed", `status = "signed"`)},
		role.Doctor: {Read: patients.Care("patient"),
			Create: kit.Own("appointment.doctor.user"), CreateFields: append([]string{"appointment", "amends", "follow_up_on"}, notes...),
			Update: kit.Own("doctor.user"), UpdateFields: append([]string{"status", "follow_up_on"}, notes...)},
		role.Nurse: {Read: kit.Rows("signed", `status = "signed"`, "")},
		role.Admin: {Read: kit.All},
	},
}

var conditions = kit.Collection{
	Name: "conditions",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required(),
		kit.Relation("encounter", "encounters"),
		kit.Text("text", 500).Required(),
		kit.Text("code", 10), // ICD-10
		kit.Select("state", Active, Inactive, Resolved, InError).Required(),
		kit.Select[string]("certainty", "provisional", "differential", "confirmed", "refuted"),
		kit.Day("onset_on"),
		kit.Relation("recorded_by", "users"),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{{Columns: "patient, created"}, {Columns: "encounter"}, {Columns: "code"}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor: {Read: patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: []string{"patient", "encounter", "text", "code", "state", "certainty", "onset_on"},
			Update: patients.Care("patient"), UpdateFields: []string{"text", "code", "state", "certainty", "onset_on"}},
		role.Nurse: {Read: kit.All},
		role.Admin: {Read: kit.All},
	},
}

var allergies = kit.Collection{
	Name: "allergies",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required(),
		kit.Text("substance", 200).Required(),
		kit.Select[string]("category", "medication", "food", "environment", "biologic"),
		kit.Select[string]("criticality", "low", "high", "unable_to_assess"),
		kit.Text("reaction", 500),
		kit.Select("state", Active, Inactive, Resolved, InError).Required(),
		kit.Relation("recorded_by", "users"),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{{Columns: "patient, created"}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor: {Read: patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: allergyFields("patient"),
			Update: patients.Care("patient"), UpdateFields: allergyFields()},
		role.Nurse: {Read: kit.All,
			Create: kit.All, CreateFields: allergyFields("patient"),
			Update: kit.All, UpdateFields: allergyFields()},
		role.Admin: {Read: kit.All},
	},
}

func allergyFields(more ...string) []string {
	return append(more, "substance", "category", "criticality", "reaction", "state")
}

// codes are a list to choose from, as an operator imported it.
var codes = kit.Collection{
	Name: "codes",
	Fields: kit.Fields{
		kit.Text("code", 10).Required(),
		kit.Text("title", 500).Required(),
		kit.Text("title_key", 1000),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "code", Unique: true}},
	Policy: kit.Policy{
		role.Doctor: {Read: kit.All},
		role.Nurse:  {Read: kit.All},
		role.Admin:  {Read: kit.All},
	},
}
