package prescriptions

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// Status of a prescription.
type Status string

// The statuses. A draft that is cancelled was never issued, and nobody but its
// doctor ever sees it.
const (
	Draft      Status = "draft"
	Issued     Status = "issued"
	Superseded Status = "superseded"
	Cancelled  Status = "cancelled"
)

// mostItems is how many drugs one prescription has at most.
const mostItems = 50

// ever is the filter of what was issued, whatever became of it; a draft is its
// doctor's alone.
const (
	ever     = `issued_at != ""`
	everMine = `issued_at != "" || doctor.user = @request.auth.id`
)

var prescriptions = kit.Collection{
	Name:   "prescriptions",
	Fields: prescriptionFields,
	Indexes: []kit.Index{
		{Columns: "number", Unique: true, Where: "number != ''"},
		{Columns: "patient, created"},
		{Columns: "patient, status"},
		{Columns: "doctor, status"},
		{Columns: "appointment"},
		{Columns: "replaces", Unique: true, Where: "replaces != '' AND issued_at != ''"},
	},
	Immutable: kit.Immutable{
		When: "OLD.issued_at != ''",
		Free: []string{"status", "cancel_reason", "cancelled_by", "cancelled_at", "version"},
	},
	Triggers: []kit.Trigger{{
		Name: "prescriptions_final",
		When: "BEFORE UPDATE ON prescriptions WHEN OLD.status IN ('superseded', 'cancelled') AND NEW.status != OLD.status" +
			" OR OLD.status = 'issued' AND NEW.status = 'draft'",
		Code: "final",
	}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user").Only("own-issued", ever)},
		role.Doctor: {Read: patients.Care("patient").Only("care-issued", everMine),
			Create: kit.Own("appointment.doctor.user"), CreateFields: []string{"appointment", "replaces", "valid_until", "notes", "override_reason"},
			Update: kit.Own("doctor.user"), UpdateFields: []string{"status", "valid_until", "notes", "override_reason", "cancel_reason"}},
		role.Nurse: {Read: kit.Rows("issued", ever, "")},
		role.Admin: {Read: kit.Rows("issued", ever, "")},
	},
}

var prescriptionFields = kit.Fields{
	kit.Text("number", 30), // given when it is issued
	kit.Relation("appointment", "appointments").Required(),
	kit.Relation("patient", "patients").Required(),
	kit.Relation("doctor", "doctors").Required(),
	kit.Select("status", Draft, Issued, Superseded, Cancelled).Required(),
	kit.Relation("replaces", "prescriptions"),
	kit.Instant("issued_at"),
	kit.Day("valid_until"),
	kit.Text("notes", 5_000),
	kit.Text("warnings", 50_000), // what was known against it when it was issued
	kit.Text("override_reason", 1_000),
	kit.Text("cancel_reason", 1_000),
	kit.Relation("cancelled_by", "users"),
	kit.Instant("cancelled_at"),
	kit.Text("content_hash", 64),
	kit.Int("version", 0, 1<<50),
}

var items = kit.Collection{
	Name:   "prescription_items",
	Fields: itemFields,
	Indexes: []kit.Index{
		{Columns: "prescription"},
		{Columns: "patient"},
	},
	Immutable: kit.Immutable{When: ofIssued("OLD")},
	Triggers: []kit.Trigger{
		{
			Name: "prescription_items_none_added",
			When: "BEFORE INSERT ON prescription_items WHEN " + ofIssued("NEW"),
			Code: "frozen",
		},
		{
			Name: "prescription_items_none_moved", // a draft's drug into an issued prescription, also
			When: "BEFORE UPDATE ON prescription_items WHEN NEW.prescription != OLD.prescription",
			Code: "frozen",
		},
	},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user").Only("own-issued", itemEver)},
		role.Doctor: {Read: patients.Care("patient").Only("care-issued", itemEver+` || prescription.doctor.user = @request.auth.id`),
			Create: kit.Own("prescription.doctor.user"), CreateFields: append([]string{"prescription"}, drug...),
			Update: kit.Own("prescription.doctor.user"), UpdateFields: append([]string{"removed"}, drug...)},
		role.Nurse: {Read: kit.Rows("issued", itemEver, "")},
		role.Admin: {Read: kit.Rows("issued", itemEver, "")},
	},
}

const itemEver = `prescription.issued_at != "" && removed = false`

var drug = []string{"drug", "strength", "form", "dose", "route", "frequency", "duration_days", "quantity", "refills", "as_needed", "instructions"}

var itemFields = kit.Fields{
	kit.Relation("prescription", "prescriptions").Required(),
	kit.Relation("patient", "patients").Required(),
	kit.Text("drug", 200).Required(),
	kit.Text("strength", 60),
	kit.Text("form", 60),
	kit.Text("dose", 100),
	kit.Text("route", 60),
	kit.Text("frequency", 100),
	kit.Int("duration_days", 0, 3_650),
	kit.Int("quantity", 0, 100_000),
	kit.Int("refills", 0, 99),
	kit.Bool("as_needed"),
	kit.Text("instructions", 2_000),
	kit.Bool("removed"), // from the draft again
}

// ofIssued says that a row's prescription was issued.
func ofIssued(row string) string {
	return "EXISTS (SELECT 1 FROM prescriptions p WHERE p.id = " + row + ".prescription AND p.issued_at != '')"
}
