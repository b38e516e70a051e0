package billing

import "hospital/modules/kit"

// Status of a bill. It is derived from its payments, never set.
type Status string

// The statuses of a bill.
const (
	Unpaid        Status = "unpaid"
	PartiallyPaid Status = "partially_paid"
	Paid          Status = "paid"
)

// Method is how somebody pays.
type Method string

// PaymentStatus is what an accountant has made of a payment.
type PaymentStatus string

// The statuses of a payment.
const (
	Pending  PaymentStatus = "pending"
	Verified PaymentStatus = "verified"
	Refused  PaymentStatus = "rejected"
)

var bills = kit.Collection{
	Name: "bills",
	Fields: kit.Fields{
		kit.Required(kit.Text("number", 40)),
		kit.Required(kit.Relation("appointment", "appointments")),
		kit.Required(kit.Relation("patient", "patients")),
		kit.Required(kit.Relation("doctor", "doctors")),
		kit.Required(kit.Select("status", Unpaid, PartiallyPaid, Paid)),
		kit.Text("currency", 3),
		kit.Minor("subtotal_minor"),
		kit.Minor("tax_minor"),
		kit.Minor("total_minor"),
		kit.Minor("paid_minor"),
		kit.Minor("balance_minor"),
		kit.Required(kit.Instant("issued_at")),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true},
		{Columns: "appointment", Unique: true}, // one visit, one bill
		{Columns: "patient, issued_at"},
		{Columns: "status, issued_at"},
	},
	Triggers: []kit.Trigger{
		{"bills_frozen", "BEFORE UPDATE ON bills WHEN OLD.number != NEW.number OR OLD.appointment != NEW.appointment OR OLD.patient != NEW.patient" +
			" OR OLD.subtotal_minor != NEW.subtotal_minor OR OLD.tax_minor != NEW.tax_minor OR OLD.total_minor != NEW.total_minor OR OLD.issued_at != NEW.issued_at",
			"SELECT RAISE(ABORT, 'issued_bills_never_change')"},
		{"bills_no_delete", "BEFORE DELETE ON bills", "SELECT RAISE(ABORT, 'append_only')"},
	},
	Policy: kit.Policy{
		kit.Patient:      {Read: kit.Own("patient.user")},
		kit.Receptionist: {Read: kit.All},
		kit.Accountant:   {Read: kit.All},
		kit.Admin:        {Read: kit.All},
	},
}

// items are the lines of a bill: what was done, at the price of that day.
var items = kit.Collection{
	Name: "bill_items",
	Fields: kit.Fields{
		kit.Required(kit.Relation("bill", "bills")),
		kit.Relation("service", "services"),
		kit.Required(kit.Text("description", 300)),
		kit.Int("quantity", 1, 100_000),
		kit.Minor("unit_minor"),
		kit.Int("tax_bp", 0, 10_000),
		kit.Minor("tax_minor"),
		kit.Minor("total_minor"),
	},
	Indexes:  []kit.Index{{Columns: "bill"}},
	Triggers: kit.AppendOnly("bill_items"),
	Policy: kit.Policy{
		kit.Patient:      {Read: kit.Own("bill.patient.user")},
		kit.Receptionist: {Read: kit.All},
		kit.Accountant:   {Read: kit.All},
		kit.Admin:        {Read: kit.All},
	},
}

var recorded = []string{"bill", "method", "amount_minor", "reference", "note"}

// payments are facts: declared by a patient or recorded by staff, then verified
// or rejected once. Their amount never changes.
var payments = kit.Collection{
	Name: "payments",
	Fields: kit.Fields{
		kit.Text("number", 40),
		kit.Required(kit.Relation("bill", "bills")),
		kit.Required(kit.Relation("patient", "patients")),
		kit.Required(kit.Select[Method]("method", "cash", "card", "transfer", "mobile", "cheque", "insurance")),
		kit.Required(kit.Int("amount_minor", 1, kit.MaxMinor)),
		kit.Text("reference", 120),
		kit.Required(kit.Select("status", Pending, Verified, Refused)),
		kit.Relation("recorded_by", "users"),
		kit.Relation("decided_by", "users"),
		kit.Instant("decided_at"),
		kit.Text("note", 500),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true},
		{Columns: "bill, status"},
		{Columns: "patient"},
		{Columns: "status, created"},
	},
	Triggers: []kit.Trigger{
		{"payments_frozen", "BEFORE UPDATE ON payments WHEN OLD.number != NEW.number OR OLD.bill != NEW.bill OR OLD.patient != NEW.patient OR OLD.amount_minor != NEW.amount_minor" +
			" OR OLD.method != NEW.method OR (OLD.status != 'pending' AND OLD.status != NEW.status)",
			"SELECT RAISE(ABORT, 'payments_never_change')"},
		{"payments_no_delete", "BEFORE DELETE ON payments", "SELECT RAISE(ABORT, 'append_only')"},
	},
	Policy: kit.Policy{
		kit.Patient:      {Read: kit.Own("patient.user"), Create: kit.Own("bill.patient.user"), Sets: recorded},
		kit.Receptionist: {Read: kit.All, Create: kit.All, Sets: recorded},
		kit.Accountant:   {Read: kit.All, Create: kit.All, Sets: recorded, Update: kit.All, Changes: []string{"status", "note"}},
		kit.Admin:        {Read: kit.All, Create: kit.All, Sets: recorded, Update: kit.All, Changes: []string{"status", "note"}},
	},
}
