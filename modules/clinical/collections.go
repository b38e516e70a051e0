package clinical

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// Status of an encounter.
type Status string

// The statuses. Signed is final; corrections are amendments.
const (
	Open   Status = "open"
	Signed Status = "signed"
)

// State says whether something recorded is true, and still so.
type State string

// The states. Nothing is deleted: what was wrong is entered in error, which is final.
const (
	Final    State = "final"
	Active   State = "active"
	Inactive State = "inactive"
	Resolved State = "resolved"
	InError  State = "entered_in_error"
)

// MaxNoteLength is the maximum length of a clinical note, in characters.
const MaxNoteLength = 50_000

var noteFields = []string{"complaint", "notes", "assessment", "plan"}

var encounters = kit.Collection{
	Name: "encounters",
	Description: "A doctor's notes of a visit. They are opened when the visit starts, and signed when they are " +
		"complete. Signed notes never change; an amendment is an encounter of its own.",
	Fields: kit.Fields{
		kit.Relation("appointment", "appointments").Required().Presentable().Help("Visit the notes are about."),
		kit.Relation("patient", "patients").Required().Help("Patient of the visit."),
		kit.Relation("doctor", "doctors").Required().Help("Doctor of the visit."),
		kit.Select("status", Open, Signed).Required().Presentable().
			Help("Set it to signed to sign the notes. That is final."),
		kit.Text("complaint", 5_000).Help("Chief complaint. Kept byte for byte, like all notes."),
		kit.Text("notes", MaxNoteLength).Help("History and findings."),
		kit.Text("assessment", MaxNoteLength).Help("Assessment of the doctor."),
		kit.Text("plan", MaxNoteLength).Help("Treatment plan."),
		kit.Day("follow_up_on").Help("Day the patient should come again, YYYY-MM-DD."),
		kit.Relation("amends", "encounters").Help("Signed encounter of the same visit that this one amends."),
		kit.Instant("signed_at").Help("When it was signed."),
		kit.Text("content_hash", 64).Help("SHA-256 of what was signed. Empty until then."),
		kit.VersionField(),
	},
	RawText: noteFields,
	Indexes: []kit.Index{
		{Columns: "appointment", Unique: true, Where: "amends = ''"}, // one per visit, besides amendments
		{Columns: "amends", Unique: true, Where: "amends != ''"},     // amended once; an amendment can be amended
		{Columns: "patient, created"},
		{Columns: "doctor, status"},
		{Columns: "created"},
	},
	Immutable:     kit.Immutable{When: "OLD.status = 'signed'"},
	RoutineFields: []string{"status"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user").Only("own-signed", `status = "signed"`)},
		role.Doctor: {
			Read:         patients.Care("patient"),
			Create:       kit.Own("appointment.doctor.user"),
			CreateFields: append([]string{"appointment", "amends", "follow_up_on"}, noteFields...),
			Update:       kit.Own("doctor.user"),
			UpdateFields: append([]string{"status", "follow_up_on"}, noteFields...),
		},
		role.Nurse: {Read: kit.Rows("signed", `status = "signed"`, "")},
		role.Admin: {Read: kit.All},
	},
}

var conditionFields = []string{"text", "code", "state", "certainty", "onset_on"}

var conditions = kit.Collection{
	Name:        "conditions",
	Description: "An entry of the problem list: a condition the patient has or had.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Help("Patient who has it."),
		kit.Relation("encounter", "encounters").Help("Encounter in which it was recorded."),
		kit.Text("text", 500).Required().Presentable().Help("The condition, in the doctor's words."),
		kit.Text("code", 10).Help("ICD-10 code, such as J45.0. See the codes collection."),
		kit.Select("state", Active, Inactive, Resolved, InError).Required().
			Help("Whether the patient still has it. Entered in error is final."),
		kit.Select[string]("certainty", "provisional", "differential", "confirmed", "refuted").
			Help("How certain the diagnosis is."),
		kit.Day("onset_on").Help("Day it began, YYYY-MM-DD."),
		kit.Relation("recorded_by", "users").Help("Account that recorded it."),
		kit.VersionField(),
	},
	Indexes:       []kit.Index{{Columns: "patient, created"}, {Columns: "encounter"}, {Columns: "code"}, {Columns: "created"}},
	RoutineFields: []string{"state"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor: {
			Read:   patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: append([]string{"patient", "encounter"}, conditionFields...),
			Update: patients.Care("patient"), UpdateFields: conditionFields,
		},
		role.Nurse: {Read: kit.All},
		role.Admin: {Read: kit.All},
	},
}

var allergyFields = []string{"substance", "category", "criticality", "reaction", "state"}

var allergies = kit.Collection{
	Name: "allergies",
	Description: "Something the patient does not tolerate. Active ones that may be about a medication are checked " +
		"against every prescription.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Help("Patient who has the allergy."),
		kit.Text("substance", 200).Required().Presentable().Help("Substance or brand. Separate several with commas."),
		kit.Select[string]("category", "medication", "food", "environment", "biologic").Help("Kind of substance."),
		kit.Select[string]("criticality", "low", "high", "unable_to_assess").
			Help("How dangerous a reaction would be."),
		kit.Text("reaction", 500).Help("What happens, such as hives."),
		kit.Select("state", Active, Inactive, Resolved, InError).Required().
			Help("Whether the patient still has it. Entered in error is final."),
		kit.Relation("recorded_by", "users").Help("Account that recorded it."),
		kit.VersionField(),
	},
	Indexes:       []kit.Index{{Columns: "patient, created"}},
	RoutineFields: []string{"state"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor: {
			Read:   patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: append([]string{"patient"}, allergyFields...),
			Update: patients.Care("patient"), UpdateFields: allergyFields,
		},
		role.Nurse: {
			Read:   kit.All,
			Create: kit.All, CreateFields: append([]string{"patient"}, allergyFields...),
			Update: kit.All, UpdateFields: allergyFields,
		},
		role.Admin: {Read: kit.All},
	},
}

// CodeSystem is a system of codes.
type CodeSystem string

// The systems.
const (
	ICD10 CodeSystem = "icd10" // diagnoses
	LOINC CodeSystem = "loinc" // laboratory and measurements
	ATC   CodeSystem = "atc"   // drugs
	Local CodeSystem = "local" // of the hospital
)

// codes are filled by the command `hospital import codes`.
var codes = kit.Collection{
	Name: "codes",
	Description: "A code that doctors choose from: ICD-10 for diagnoses, LOINC, ATC or the hospital's own. An operator " +
		"imports the lists.",
	Fields: kit.Fields{
		kit.Select("system", ICD10, LOINC, ATC, Local).Required().Help("System that the code is of."),
		kit.Text("code", 20).Required().Presentable().Help("Code, such as J45.0 of ICD-10. Unique in its system."),
		kit.Text("title", 500).Required().Presentable().Help("Title of the code."),
		kit.Text("title_key", 1000).Help("Title without case and accents, for searching."),
		kit.Bool("active").Help("Whether it can be chosen."),
	},
	Indexes: []kit.Index{{Columns: "system, code", Unique: true}, {Columns: "code"}},
	Policy: kit.Policy{
		role.Doctor: {Read: kit.All},
		role.Nurse:  {Read: kit.All},
		role.Admin:  {Read: kit.All},
	},
}
