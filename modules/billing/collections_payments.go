package billing

import (
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/role"
)

// Method of payment.
type Method string

// PaymentKind says in which direction the money went.
type PaymentKind string

// Cash is the method that leaves no trace elsewhere.
const Cash Method = "cash"

var methods = []Method{Cash, "card", "transfer", "mobile", "cheque", "insurance"}

// The kinds of payments.
const (
	KindPayment PaymentKind = "payment"
	KindRefund  PaymentKind = "refund"
)

// PaymentStatus is the decision of an accountant on a payment.
type PaymentStatus string

// The statuses of a payment. Verified and rejected are final.
const (
	Pending  PaymentStatus = "pending"
	Verified PaymentStatus = "verified"
	Rejected PaymentStatus = "rejected"
)

// DiscountStatus is the status of a discount.
type DiscountStatus string

// The statuses of a discount. Rejected is final.
const (
	DiscountPending  DiscountStatus = "pending"
	DiscountApproved DiscountStatus = "approved"
	DiscountRejected DiscountStatus = "rejected"
)

// charging is what people at a visit may do with its charges.
func charging(whose kit.Scope) kit.Grant {
	return kit.Grant{
		Read:   whose,
		Create: whose, CreateFields: []string{"appointment", "service", "quantity"},
		Update: whose, UpdateFields: []string{"quantity"},
	}
}

var charges = kit.Collection{
	Name: "charges",
	Description: "Something that was done during a visit besides the consultation. When the visit is completed it " +
		"becomes a line of the bill, at the price of that day.",
	Fields: kit.Fields{
		kit.Relation("appointment", "appointments").Required().Help("Visit during which it was done."),
		kit.Relation("service", "services").Required().Help("Service of the price list."),
		kit.Int("quantity", 0, 1_000).Help("How often it was done. 0 removes it."),
		kit.Relation("recorded_by", "users").Help("Account that recorded it."),
		kit.VersionField(),
	},
	Indexes:       []kit.Index{{Columns: "appointment"}},
	RoutineFields: []string{"quantity"},
	Policy: kit.Policy{
		role.Doctor:       charging(kit.Own("appointment.doctor.user")),
		role.Nurse:        charging(kit.All),
		role.Receptionist: charging(kit.All),
		role.Accountant:   {Read: kit.All},
		role.Admin:        charging(kit.All),
	},
}

var discounting = kit.Grant{
	Read:   kit.All,
	Create: kit.All, CreateFields: []string{"bill", "credit", "bp", "amount_minor", "reason"},
	Update: kit.All, UpdateFields: []string{"status"},
}

var discounts = kit.Collection{
	Name: "discounts",
	Description: "A discount on a bill. Above the hospital's discount limit another admin must approve it. " +
		"On a draft it reduces the lines; for an issued bill it creates a credit note. A bill has one at a time. " +
		"A credit note above the limit is requested here with credit.",
	Fields: kit.Fields{
		kit.Relation("bill", "bills").Required().Help("Bill it applies to."),
		kit.Bool("credit").
			Help("It asks for a credit note on an issued bill, also one that was paid, discounted or credited."),
		kit.Int("bp", 0, 10_000).
			Help("Share of the subtotal in basis points: 1000 is 10 %. Give this or amount_minor."),
		kit.Minor("amount_minor").
			Help("Discount before tax, in minor units. Computed if bp is given. Of a credit the amount with tax."),
		kit.Text("currency", 3).Help("ISO 4217 code of the amount."),
		kit.Text("reason", 500).Required().Help("Why it is given."),
		kit.Select("status", DiscountPending, DiscountApproved, DiscountRejected).Required().
			Help("Set it to approved or rejected. Rejected is final."),
		kit.Relation("credit_note", "bills").Help("Credit note that was created for an issued bill."),
		kit.Relation("requested_by", "users").Help("Account that requested it."),
		kit.Relation("decided_by", "users").Help("Account that approved or rejected it."),
		kit.Instant("decided_at").Help("When it was approved or rejected."),
		kit.VersionField(),
	},
	Indexes: []kit.Index{
		{Columns: "bill"},
		{Columns: "bill", Unique: true, Where: "status != 'rejected' AND NOT credit"}, // one at a time
		{Columns: "bill, credit", Unique: true, Where: "status = 'pending' AND credit"},
		{Columns: "status, created"},
	},
	Immutable: kit.Immutable{
		When: kit.Always,
		Free: []string{"status", "credit_note", "decided_by", "decided_at", "version"},
	},
	Triggers: []kit.Trigger{{ // rejected stays rejected
		Name: "discounts_final",
		When: "BEFORE UPDATE ON discounts WHEN OLD.status = 'rejected' AND NEW.status != 'rejected'",
		Code: "final",
	}},
	RoutineFields: []string{"status"},
	Policy:        kit.Policy{role.Accountant: discounting, role.Admin: discounting},
}

var (
	paymentFields = []string{"bill", "method", "amount_minor", "reference", "note"}
	refundFields  = append([]string{"kind", "refund_of"}, paymentFields...)
)

var verifying = kit.Grant{
	Read:   kit.All,
	Create: kit.All, CreateFields: refundFields,
	Update: kit.All, UpdateFields: []string{"status", "note"},
}

var payments = kit.Collection{
	Name: "payments",
	Description: "Money that was paid or refunded, as declared by a patient or recorded by staff. An accountant " +
		"verifies or rejects it once; its amount never changes. A refund is a record of its own.",
	Fields: kit.Fields{
		kit.Text("number", 40).Presentable().Help("Number without gaps within a year, such as PAY-2030-000001."),
		kit.Text("receipt", 40).Help("Number of the receipt, RCP-2030-000001, or of a refund REF-2030-000001. " +
			"Empty until it is verified."),
		kit.Select("kind", KindPayment, KindRefund).Required().Help("If left out, a refund if refund_of is given."),
		kit.Relation("bill", "bills").Required().Help("Bill that is paid. Of a refund, the bill of the payment."),
		kit.Relation("patient", "patients").Required().Help("Patient of the bill."),
		kit.Relation("refund_of", "payments").Help("Verified payment that is refunded."),
		kit.Select("method", methods...).Required().
			Help("How it was paid, or how a refund is paid out."),
		kit.Int("amount_minor", 1, money.Max).Required().Help("Amount in minor units."),
		kit.Text("currency", 3).Required().Help("ISO 4217 code of the amount."),
		kit.Text("reference", 120).
			Help("Identifies it on the bank statement or in the till. Unique per method among the payments that " +
				"staff recorded or verified."),
		kit.Select("status", Pending, Verified, Rejected).Required().
			Help("Set it to verified or rejected. Both are final."),
		kit.Relation("recorded_by", "users").Help("Account that declared or recorded it."),
		kit.Relation("decided_by", "users").Help("Account that verified or rejected it."),
		kit.Instant("decided_at").Help("When it was verified or rejected."),
		kit.Text("note", 500).Help("Note on the payment. A refund must say why."),
		kit.VersionField(),
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
	Immutable: kit.Immutable{ // the first release wrote payments without a kind; the ledger migration fills it in
		When: "OLD.kind != ''",
		Free: []string{"receipt", "status", "decided_by", "decided_at", "note", "version"},
	},
	Triggers: append([]kit.Trigger{
		{ // a receipt is given once, and a decision is final
			Name: "payments_final",
			When: "BEFORE UPDATE ON payments WHEN OLD.receipt NOT IN ('', NEW.receipt)" +
				" OR OLD.status != 'pending' AND OLD.status != NEW.status",
			Code: "final",
		},
		{ // a payment is not recorded twice
			Name: "payments_once",
			When: "BEFORE INSERT ON payments WHEN NEW.kind = 'payment'" +
				" AND (NEW.status = 'verified' OR NOT " + declared("NEW.recorded_by") + ")" +
				" AND " + referenceBooked("NEW.id", "NEW.method", "NEW.reference"),
			Code: "already_booked",
		},
		{ // nor verified twice
			Name: "payments_verified_once",
			When: "BEFORE UPDATE OF status ON payments WHEN NEW.kind = 'payment'" +
				" AND NEW.status = 'verified' AND OLD.status != 'verified'" +
				" AND " + referenceBooked("NEW.id", "NEW.method", "NEW.reference"),
			Code: "already_booked",
		},
	}, paymentSums...),
	RoutineFields: []string{"number", "receipt", "kind", "method", "status"},
	Policy: kit.Policy{
		role.Patient: {
			Read:   kit.Own("patient.user"),
			Create: kit.Own("bill.patient.user").Only("own", `bill.issued_at != ""`), CreateFields: paymentFields,
		},
		role.Receptionist: {Read: kit.All, Create: kit.All, CreateFields: paymentFields},
		role.Accountant:   verifying,
		role.Admin:        verifying,
	},
}

// referenceBooked is an SQL condition: another payment with this method and reference was recorded by
// staff or verified. What a patient merely declared books no reference, or anybody could take the
// reference of somebody else's payment.
func referenceBooked(id, method, reference string) string {
	return reference + ` != '' AND EXISTS (SELECT 1 FROM payments b WHERE b.reference = ` + reference +
		` COLLATE NOCASE AND b.method = ` + method + ` AND b.kind = 'payment' AND b.id != ` + id +
		` AND (b.status = 'verified' OR b.status = 'pending' AND NOT ` + declared("b.recorded_by") + `))`
}

// declared is an SQL condition: the account that entered a payment is that of a patient.
func declared(by string) string {
	return `EXISTS (SELECT 1 FROM users u WHERE u.id = ` + by + ` AND u.role = 'patient')`
}
