package imports

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

const (
	ofPatient     = "patient"
	ofAppointment = "appointment"
	ofBill        = "bill"
	ofDoctor      = "doctor"
	ofNurse       = "nurse"
)

// maxValue is how many characters the name of a system and an identifier have.
const maxValue = 100

var identifiers = kit.Collection{
	Name: "identifiers",
	Description: "The number of a patient, a visit or a bill in the system that it was imported from. Old record " +
		"numbers are found by it.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Presentable().
			Help("Patient that it identifies, or whose visit or bill."),
		kit.Relation("appointment", "appointments").Help("Visit that it identifies."),
		kit.Relation("bill", "bills").Help("Bill that it identifies: an opening balance."),
		kit.Select("kind", ofPatient, ofAppointment, ofBill).Required().Help("What it identifies."),
		kit.Text("system", maxValue).Required().Help("System that it is of, as the import named it."),
		kit.Text("value", maxValue).Required().Presentable().Help("Number or text. Unique in its system for each kind."),
	},
	Indexes: []kit.Index{
		{Columns: "system, kind, value", Unique: true},
		{Columns: "value"},
		{Columns: "patient"},
		{Columns: "appointment", Where: "appointment != ''"},
		{Columns: "bill", Where: "bill != ''"},
	},
	AppendOnly:  true, // but for a merge of patients
	Consequence: true,
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("patient.user")},
		role.Doctor:       {Read: patients.Care("patient")},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   {Read: kit.All},
		role.Admin:        {Read: kit.All},
	},
}

var staffIdentifiers = kit.Collection{
	Name:        "staff_identifiers",
	Description: "The number of a doctor or nurse in the system that they were imported from.",
	Fields: kit.Fields{
		kit.Relation("doctor", "doctors").Presentable().Help("Doctor that it identifies."),
		kit.Relation("nurse", "nurses").Presentable().Help("Nurse that it identifies."),
		kit.Select("kind", ofDoctor, ofNurse).Required().Help("Whom it identifies."),
		kit.Text("system", maxValue).Required().Help("System that it is of, as the import named it."),
		kit.Text("value", maxValue).Required().Presentable().Help("Number or text. Unique in its system for each kind."),
	},
	Indexes:     []kit.Index{{Columns: "system, kind, value", Unique: true}},
	AppendOnly:  true,
	Consequence: true,
	Policy:      kit.Policy{role.Receptionist: {Read: kit.All}, role.Admin: {Read: kit.All}},
}

// Status of an import.
type Status string

// The statuses. While an import is applying, a part of its lines is stored.
const (
	Applying Status = "applying"
	Done     Status = "done"
)

var imports = kit.Collection{
	Name:        "imports",
	Description: "A file of another system that was imported.",
	Fields: kit.Fields{
		kit.Text("kind", 20).Required().Presentable().Help("What was imported, such as patients."),
		kit.Text("system", maxValue).Required().Presentable().Help("System that it came from."),
		kit.Text("file", 255).Help("Name of the file."),
		kit.Text("sha256", 64).Help("Hash of the file."),
		kit.Count("lines").Help("Number of its lines."),
		kit.Count("added").Help("Number of lines that were added."),
		kit.Count("known").Help("Number of lines that were known already, and left as they are."),
		kit.Select("status", Applying, Done).Required().
			Help("Applying: a part of the lines is stored, and the same import has to be run again to finish it."),
		kit.Instant("finished_at").Help("When it was finished."),
	},
	Indexes:       []kit.Index{{Columns: "status"}, {Columns: "created"}},
	RoutineFields: []string{"kind", "status", "lines", "added", "known"},
	Policy:        kit.Policy{role.Admin: {Read: kit.All}},
}
