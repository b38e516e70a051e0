package billing

import (
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/role"
)

// Kind of a bill.
type Kind string

// The kinds. A credit note takes back a part of an invoice, or all of it.
const (
	Invoice    Kind = "invoice"
	CreditNote Kind = "credit_note"
)

// Status of a bill. Of an issued invoice it is derived from what was paid and
// credited, never set.
type Status string

// The statuses of a bill.
const (
	Draft         Status = "draft" // not issued; its lines may still change
	Unpaid        Status = "unpaid"
	PartiallyPaid Status = "partially_paid"
	Paid          Status = "paid"
	Refunded      Status = "refunded" // all of it was credited, and nothing paid is kept
	Void          Status = "void"
	Issued        Status = "issued" // a credit note
)

var statuses = []Status{Draft, Unpaid, PartiallyPaid, Paid, Refunded, Void, Issued}

// Method is how somebody pays.
type Method string

// PaymentKind says which way money went.
type PaymentKind string

// The ways of money.
const (
	KindPayment PaymentKind = "payment"
	KindRefund  PaymentKind = "refund"
)

// PaymentStatus is what an accountant has made of a payment.
type PaymentStatus string

// The statuses of a payment. Verified and rejected are final.
const (
	Pending  PaymentStatus = "pending"
	Verified PaymentStatus = "verified"
	Rejected PaymentStatus = "rejected"
)

// DiscountStatus is what became of a discount.
type DiscountStatus string

// The statuses of a discount.
const (
	DiscountPending  DiscountStatus = "pending"
	DiscountApproved DiscountStatus = "approved"
	DiscountRejected DiscountStatus = "rejected"
)

// maxLines is how many lines a bill has at most: as many as one answer expands.
const maxLines = 1000

// issued leaves out what is still being written.
var issued = kit.Own("patient.user").Only("own-issued", `issued_at != ""`)

var accounting = kit.Grant{Read: kit.All,
	Create: kit.All, CreateFields: []string{"kind", "patient", "original", "total_minor", "reason", "due_on"},
	Update: kit.All, UpdateFields: []string{"status", "reason", "due_on"}}

// bills are what is asked for. An issued one never changes: what is paid and
// credited is added up beside it.
var bills = kit.Collection{
	Name: "bills",
	Fields: kit.Fields{
		kit.Text("number", 40).Required(),
		kit.Select("kind", Invoice, CreditNote).Required(),
		kit.Relation("appointment", "appointments"), // empty for other sales
		kit.Relation("patient", "patients").Required(),
		kit.Relation("doctor", "doctors"),
		kit.Relation("original", "bills"), // what a credit note takes back, or the void bill that this one replaces
		kit.Select("status", statuses...).Required(),
		kit.Text("currency", 3).Required(),
		kit.Minor("subtotal_minor"),
		kit.Minor("discount_minor"),
		kit.Minor("tax_minor"),
		kit.Minor("total_minor"),
		kit.Minor("paid_minor"),
		kit.Minor("credited_minor"),
		kit.Int("balance_minor", -money.Max, money.Max), // below zero it is owed to the patient
		kit.Instant("issued_at"),
		kit.Relation("issued_by", "users"),
		kit.Day("due_on"),
		kit.Instant("voided_at"),
		kit.Relation("voided_by", "users"),
		kit.Text("reason", 500), // why it is void, or why it was credited
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true},
		{Columns: "appointment"},
		{Columns: "appointment", Unique: true, Where: "appointment != '' AND kind = 'invoice' AND status != 'void'"}, // one visit, one bill
		{Columns: "patient, issued_at"},
		{Columns: "status, issued_at"},
		{Columns: "issued_at"},
		{Columns: "status, due_on"},
		{Columns: "original"},
		{Columns: "voided_at", Where: "voided_at != ''"},
		{Columns: "currency, due_on, balance_minor", Where: "balance_minor != 0"}, // what is open
	},
	Immutable: kit.Immutable{ // a bill without a kind is from before there were credit notes, until it is migrated
		When: "OLD.status != 'draft' AND OLD.kind != ''",
		Free: []string{"status", "paid_minor", "credited_minor", "balance_minor", "voided_at", "voided_by", "reason", "version"},
	},
	Triggers: []kit.Trigger{{
		Name: "bills_final",
		When: "BEFORE UPDATE ON bills WHEN OLD.status != 'draft' AND NEW.status = 'draft'" +
			" OR OLD.status = 'void' AND (NEW.status != 'void' OR OLD.reason != NEW.reason)",
		Code: "final",
	}},
	Policy: kit.Policy{
		role.Patient:      {Read: issued},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   accounting,
		role.Admin:        accounting,
	},
}

var lines = kit.Grant{Read: kit.All,
	Create: kit.All, CreateFields: []string{"bill", "service", "description", "quantity", "unit_minor", "tax_bp"},
	Update: kit.All, UpdateFields: []string{"description", "quantity", "unit_minor", "tax_bp"}}

// items are the lines of a bill: what was done, at the price of that day.
var items = kit.Collection{
	Name: "bill_items",
	Fields: kit.Fields{
		kit.Relation("bill", "bills").Required(),
		kit.Relation("service", "services"),
		kit.Relation("credits", "bill_items"), // of a credit note: the line that it takes back a part of
		kit.Text("description", 300).Required(),
		kit.Int("quantity", 0, 100_000), // 0 strikes a line of a draft out
		kit.Text("currency", 3),
		kit.Minor("unit_minor"),
		kit.Minor("discount_minor"),
		kit.Int("tax_bp", 0, 10_000),
		kit.Minor("tax_minor"),
		kit.Minor("total_minor"),
	},
	Indexes: []kit.Index{{Columns: "bill"}, {Columns: "credits"}},
	Immutable: kit.Immutable{ // a line without a currency is from before there were credit notes, until it is migrated
		When: "OLD.currency != '' AND (SELECT status FROM bills WHERE id = OLD.bill) != 'draft'",
	},
	Triggers: []kit.Trigger{{
		Name: "bill_items_none_moved",
		When: "BEFORE UPDATE ON bill_items WHEN OLD.bill != NEW.bill",
		Code: "frozen",
	}},
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("bill.patient.user").Only("own-issued", `bill.issued_at != ""`)},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   lines,
		role.Admin:        lines,
	},
}

// charge is what somebody at a visit may note of it.
func charge(whose kit.Scope) kit.Grant {
	return kit.Grant{Read: whose, Create: whose, CreateFields: []string{"appointment", "service", "quantity"}, Update: whose, UpdateFields: []string{"quantity"}}
}

// charges are what was done during a visit beside the consultation. They become
// lines of its bill when it is completed.
var charges = kit.Collection{
	Name: "charges",
	Fields: kit.Fields{
		kit.Relation("appointment", "appointments").Required(),
		kit.Relation("service", "services").Required(),
		kit.Int("quantity", 0, 1_000), // 0 strikes it out
		kit.Relation("recorded_by", "users"),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{{Columns: "appointment"}},
	Policy: kit.Policy{
		role.Doctor:       charge(kit.Own("appointment.doctor.user")),
		role.Nurse:        charge(kit.All),
		role.Receptionist: charge(kit.All),
		role.Accountant:   {Read: kit.All},
		role.Admin:        charge(kit.All),
	},
}

var granting = kit.Grant{Read: kit.All, Create: kit.All, CreateFields: []string{"bill", "bp", "amount_minor", "reason"}, Update: kit.All, UpdateFields: []string{"status"}}

// discounts are asked for with a reason. What the hospital's limit does not allow,
// another admin approves.
var discounts = kit.Collection{
	Name: "discounts",
	Fields: kit.Fields{
		kit.Relation("bill", "bills").Required(),
		kit.Int("bp", 0, 10_000), // of the subtotal; or else
		kit.Minor("amount_minor"),
		kit.Text("currency", 3),
		kit.Text("reason", 500).Required(),
		kit.Select("status", DiscountPending, DiscountApproved, DiscountRejected).Required(),
		kit.Relation("credit_note", "bills"), // what a discount on an issued bill became
		kit.Relation("requested_by", "users"),
		kit.Relation("decided_by", "users"),
		kit.Instant("decided_at"),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{
		{Columns: "bill"},
		{Columns: "bill", Unique: true, Where: "status != 'rejected'"}, // one at a time
		{Columns: "status, created"},
	},
	Immutable: kit.Immutable{
		When: kit.Always,
		Free: []string{"status", "credit_note", "decided_by", "decided_at", "version"},
	},
	Triggers: []kit.Trigger{{
		Name: "discounts_final",
		When: "BEFORE UPDATE ON discounts WHEN OLD.status = 'rejected' AND NEW.status != 'rejected'",
		Code: "final",
	}},
	Policy: kit.Policy{role.Accountant: granting, role.Admin: granting},
}

// recorded is what somebody says of a payment, and refunding what they say of a refund.
var (
	recorded  = []string{"bill", "method", "amount_minor", "reference", "note"}
	refunding = append([]string{"kind", "refund_of"}, recorded...)
)

// payments are facts: declared by a patient or recorded by staff, then verified
// or rejected once. Their amount never changes. Money that goes back is a row of
// its own.
var payments = kit.Collection{
	Name: "payments",
	Fields: kit.Fields{
		kit.Text("number", 40),
		kit.Text("receipt", 40), // from when it is verified
		kit.Select("kind", KindPayment, KindRefund).Required(),
		kit.Relation("bill", "bills").Required(),
		kit.Relation("patient", "patients").Required(),
		kit.Relation("refund_of", "payments"),
		kit.Select[Method]("method", "cash", "card", "transfer", "mobile", "cheque", "insurance").Required(),
		kit.Int("amount_minor", 1, money.Max).Required(),
		kit.Text("currency", 3).Required(),
		kit.Text("reference", 120),
		kit.Select("status", Pending, Verified, Rejected).Required(),
		kit.Relation("recorded_by", "users"),
		kit.Relation("decided_by", "users"),
		kit.Instant("decided_at"),
		kit.Text("note", 500),
		kit.Int("version", 0, 1<<50),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true},
		{Columns: "receipt", Unique: true, Where: "receipt != ''"},
		{Columns: "bill, status"},
		{Columns: "patient, decided_at"},
		{Columns: "status, created"},
		{Columns: "status, decided_at"},
		{Columns: "refund_of"},
		{Columns: "reference COLLATE NOCASE, method"},
	},
	Immutable: kit.Immutable{ // a payment without a kind is from before there were refunds, until it is migrated
		When: "OLD.kind != ''",
		Free: []string{"receipt", "status", "decided_by", "decided_at", "note", "version"},
	},
	Triggers: []kit.Trigger{
		{
			Name: "payments_final",
			When: "BEFORE UPDATE ON payments WHEN OLD.receipt NOT IN ('', NEW.receipt)" +
				" OR OLD.status != 'pending' AND OLD.status != NEW.status",
			Code: "final",
		},
		{
			Name: "payments_once",
			When: "BEFORE INSERT ON payments WHEN NEW.kind = 'payment' AND " + referenceUsed("NEW.method", "NEW.reference"),
			Code: "already_booked",
		},
	},
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("patient.user"), Create: kit.Own("bill.patient.user").Only("own", `bill.issued_at != ""`), CreateFields: recorded},
		role.Receptionist: {Read: kit.All, Create: kit.All, CreateFields: recorded},
		role.Accountant:   {Read: kit.All, Create: kit.All, CreateFields: refunding, Update: kit.All, UpdateFields: []string{"status", "note"}},
		role.Admin:        {Read: kit.All, Create: kit.All, CreateFields: refunding, Update: kit.All, UpdateFields: []string{"status", "note"}},
	},
}

// referenceUsed says, in SQL, that a method and reference stand in the books already.
func referenceUsed(method, reference string) string {
	return reference + ` != '' AND EXISTS (SELECT 1 FROM payments b WHERE b.reference = ` + reference + ` COLLATE NOCASE AND b.method = ` + method + ` AND b.kind = 'payment' AND b.status != 'rejected')`
}
