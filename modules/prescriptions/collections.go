package prescriptions

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// Status of a prescription.
type Status string

// The statuses. A cancelled draft was never issued: only its doctor ever sees it.
const (
	Draft      Status = "draft"
	Issued     Status = "issued"
	Superseded Status = "superseded"
	Cancelled  Status = "cancelled"
)

// maxItems is how many drugs a prescription can have.
const maxItems = 50

// The filters of prescriptions that were issued at some time, whatever became of them. Only
// its doctor sees a draft.
const (
	everIssued     = `issued_at != ""`
	issuedOrMine   = `issued_at != "" || doctor.user = @request.auth.id`
	itemEverIssued = `prescription.issued_at != "" && removed = false`
)

var prescriptions = kit.Collection{
	Name: "prescriptions",
	Description: "A prescription. It is a draft until it is issued, and never changes after that. " +
		"Issuing one that `replaces` another supersedes the other.",
	Fields: kit.Fields{
		kit.Text("number", 30).Presentable().
			Help("Number, such as RX-000001, without gaps. Empty until it is issued."),
		kit.Relation("appointment", "appointments").Required().Help("Visit during which it was prescribed."),
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient of the visit."),
		kit.Relation("doctor", "doctors").Required().Help("Doctor of the visit."),
		kit.Select("status", Draft, Issued, Superseded, Cancelled).Required().
			Help("Set it to issued or cancelled. Superseded and cancelled are final."),
		kit.Relation("replaces", "prescriptions").Help("Issued prescription that this one replaces."),
		kit.Instant("issued_at").Help("When it was issued."),
		kit.Day("valid_until").Help("Last day it is valid, YYYY-MM-DD. Empty: no end."),
		kit.Text("notes", 5_000).Help("Notes for the patient and the pharmacy."),
		kit.Text("warnings", 50_000).
			Help("Allergies and duplicate drugs that were known when it was issued, one per line."),
		kit.Text("override_reason", 1_000).Help("Why it was issued despite the warnings."),
		kit.Text("cancel_reason", 1_000).Help("Why it was cancelled."),
		kit.Relation("cancelled_by", "users").Help("Account that cancelled it."),
		kit.Instant("cancelled_at").Help("When it was cancelled."),
		kit.Text("content_hash", 64).Help("SHA-256 of what was issued. Empty until then."),
		kit.VersionField(),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true, Where: "number != ''"},
		{Columns: "patient, created"},
		{Columns: "issued_at", Where: "issued_at != ''"},
		{Columns: "patient, status"},
		{Columns: "doctor, status"},
		{Columns: "appointment"},
		{Columns: "replaces", Unique: true, Where: "replaces != '' AND issued_at != ''"},
	},
	Immutable: kit.Immutable{
		When: "OLD.issued_at != ''",
		Free: []string{"status", "cancel_reason", "cancelled_by", "cancelled_at", "version"},
	},
	Triggers: []kit.Trigger{{ // the status goes forward only
		Name: "prescriptions_final",
		When: "BEFORE UPDATE ON prescriptions" +
			" WHEN OLD.status IN ('superseded', 'cancelled') AND NEW.status != OLD.status" +
			" OR OLD.status = 'issued' AND NEW.status = 'draft'",
		Code: "final",
	}},
	RoutineFields: []string{"number", "status"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user").Only("own-issued", everIssued)},
		role.Doctor: {
			Read:         patients.Care("patient").Only("care-issued", issuedOrMine),
			Create:       kit.Own("appointment.doctor.user"),
			CreateFields: []string{"appointment", "replaces", "valid_until", "notes", "override_reason"},
			Update:       kit.Own("doctor.user"),
			UpdateFields: []string{"status", "valid_until", "notes", "override_reason", "cancel_reason"},
		},
		role.Nurse: {Read: kit.Rows("issued", everIssued, "")},
		role.Admin: {Read: kit.Rows("issued", everIssued, "")},
	},
}

var drugFields = []string{
	"drug", "strength", "form", "dose", "route", "frequency", "duration_days", "quantity", "refills", "as_needed",
	"instructions",
}

var items = kit.Collection{
	Name:        "prescription_items",
	Description: "One drug of a prescription.",
	Fields: kit.Fields{
		kit.Relation("prescription", "prescriptions").Required().Help("Prescription the drug is on."),
		kit.Relation("patient", "patients").Required().Help("Patient of the prescription."),
		kit.Text("drug", 200).Required().Presentable().
			Help("Substance, brand, or both, such as Amoxil (amoxicillin)."),
		kit.Text("strength", 60).Help("Strength, such as 500 mg."),
		kit.Text("form", 60).Help("Form, such as tablet."),
		kit.Text("dose", 100).Help("Dose, such as 1 tablet."),
		kit.Text("route", 60).Help("Route, such as by mouth."),
		kit.Text("frequency", 100).Help("Frequency, such as 3 times a day."),
		kit.Int("duration_days", 0, 3_650).Help("For how many days to take it. 0 means not given."),
		kit.Int("quantity", 0, 100_000).Help("Number of units to dispense. 0 means not given."),
		kit.Int("refills", 0, 99).Help("How often it can be dispensed again."),
		kit.Bool("as_needed").Help("Take it only when needed."),
		kit.Text("instructions", 2_000).Help("Instructions for the patient."),
		kit.Bool("removed").Help("The drug was removed from the draft."),
	},
	Indexes: []kit.Index{
		{Columns: "prescription"},
		{Columns: "patient"},
	},
	Immutable: kit.Immutable{When: wasIssued("OLD")},
	Triggers: []kit.Trigger{ // no drug gets into a prescription after it was issued
		{
			Name: "prescription_items_none_added",
			When: "BEFORE INSERT ON prescription_items WHEN " + wasIssued("NEW"),
			Code: "frozen",
		},
		{
			Name: "prescription_items_none_moved",
			When: "BEFORE UPDATE ON prescription_items WHEN NEW.prescription != OLD.prescription",
			Code: "frozen",
		},
	},
	RoutineFields: []string{"removed"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user").Only("own-issued", itemEverIssued)},
		role.Doctor: {
			Read: patients.Care("patient").
				Only("care-issued", itemEverIssued+` || prescription.doctor.user = @request.auth.id`),
			Create: kit.Own("prescription.doctor.user"), CreateFields: append([]string{"prescription"}, drugFields...),
			Update: kit.Own("prescription.doctor.user"), UpdateFields: append([]string{"removed"}, drugFields...),
		},
		role.Nurse: {Read: kit.Rows("issued", itemEverIssued, "")},
		role.Admin: {Read: kit.Rows("issued", itemEverIssued, "")},
	},
}

// wasIssued is SQL that says that the prescription of a row was issued.
func wasIssued(row string) string {
	return "EXISTS (SELECT 1 FROM prescriptions p WHERE p.id = " + row + ".prescription AND p.issued_at != '')"
}
