package billing

import (
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/role"
)

// Kind of a bill.
type Kind string

// The kinds. A credit note takes back an invoice, or a part of it.
const (
	Invoice    Kind = "invoice"
	CreditNote Kind = "credit_note"
)

// Status of a bill. The status of an issued invoice follows from its payments and credit
// notes; it is never set.
type Status string

// The statuses of a bill.
const (
	Draft         Status = "draft" // not issued; its lines can still change
	Unpaid        Status = "unpaid"
	PartiallyPaid Status = "partially_paid"
	Paid          Status = "paid"
	Refunded      Status = "refunded" // fully credited, and no payment is kept
	Void          Status = "void"
	Issued        Status = "issued" // a credit note
)

var statuses = []Status{Draft, Unpaid, PartiallyPaid, Paid, Refunded, Void, Issued}

// maxLines is the maximum number of lines of a bill: as many as one answer expands.
const maxLines = 1000

// issued leaves out drafts.
var issued = kit.Own("patient.user").Only("own-issued", `issued_at != ""`)

var accounting = kit.Grant{
	Read:   kit.All,
	Create: kit.All, CreateFields: []string{"kind", "patient", "original", "total_minor", "reason", "due_on"},
	Update: kit.All, UpdateFields: []string{"status", "reason", "due_on"},
}

var bills = kit.Collection{
	Name: "bills",
	Description: "An invoice or a credit note. Completing a visit creates its invoice; accountants write bills of " +
		"other sales as a draft and issue them. An issued bill never changes: payments and credit notes are " +
		"added up beside it, and its status follows.",
	Fields: kit.Fields{
		kit.Text("number", 40).Required().Presentable().
			Help("Number without gaps within a year: INV-2030-000001, of credit notes CRN-2030-000001. " +
				"Of a draft DRAFT- and its id."),
		kit.Select("kind", Invoice, CreditNote).Required().Help("Invoice if left out."),
		kit.Relation("appointment", "appointments").
			Help("Visit that is billed. Empty for other sales. A visit has one bill that is not void."),
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient who pays."),
		kit.Relation("doctor", "doctors").Help("Doctor of the visit."),
		kit.Relation("original", "bills").
			Help("Of a credit note the bill that is credited. Of an invoice the void bill that it replaces."),
		kit.Select("status", statuses...).Required().
			Help("Set it to unpaid to issue a draft, or to void. The others follow from payments and credit notes."),
		kit.Text("currency", 3).Required().Help("ISO 4217 code of all its amounts."),
		kit.Minor("subtotal_minor").Help("Sum of the lines before discount and tax, in minor units."),
		kit.Minor("discount_minor").Help("Discount on all lines, in minor units."),
		kit.Minor("tax_minor").Help("Tax, rounded per line, in minor units."),
		kit.Minor("total_minor").
			Help("Amount due: subtotal - discount + tax, in minor units. " +
				"When you create a credit note: how much to credit, 0 for all that is left."),
		kit.Minor("paid_minor").Help("Verified payments less verified refunds, in minor units."),
		kit.Minor("credited_minor").Help("Sum of its credit notes, in minor units."),
		kit.Int("balance_minor", -money.Max, money.Max).
			Help("What is still to be paid, in minor units: total - credited - paid. " +
				"Negative: owed to the patient. 0 for drafts, void bills and credit notes."),
		kit.Instant("issued_at").Help("When it was issued. Empty for a draft."),
		kit.Relation("issued_by", "users").Help("Account that issued it."),
		kit.Day("due_on").
			Help("Day it is due, YYYY-MM-DD. If left out of a draft, the hospital's due_days after issue."),
		kit.Instant("voided_at").Help("When it was voided."),
		kit.Relation("voided_by", "users").Help("Account that voided it."),
		kit.Text("reason", 500).Help("Why it was voided or credited."),
		kit.VersionField(),
	},
	Indexes: []kit.Index{
		{Columns: "number", Unique: true},
		{Columns: "appointment"},
		{ // one visit, one bill
			Columns: "appointment", Unique: true,
			Where: "appointment != '' AND kind = 'invoice' AND status != 'void'",
		},
		{Columns: "patient, issued_at"},
		{Columns: "status, issued_at"},
		{Columns: "issued_at"},
		{Columns: "status, due_on"},
		{Columns: "original"},
		{Columns: "voided_at", Where: "voided_at != ''"},
	},
	Immutable: kit.Immutable{ // the first release wrote bills without a kind; the ledger migration fills it in
		When: "OLD.status != 'draft' AND OLD.kind != ''",
		Free: []string{
			"status", "paid_minor", "credited_minor", "balance_minor", "voided_at", "voided_by", "reason", "version",
		},
	},
	Triggers: append([]kit.Trigger{{ // an issued bill is no draft again, and a void one stays void
		Name: "bills_final",
		When: "BEFORE UPDATE ON bills WHEN OLD.status != 'draft' AND NEW.status = 'draft'" +
			" OR OLD.status = 'void' AND (NEW.status != 'void' OR OLD.reason != NEW.reason)",
		Code: "final",
	}}, billSums...),
	RoutineFields: []string{"number", "kind", "status", "due_on", "currency"},
	Policy: kit.Policy{
		role.Patient:      {Read: issued},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   accounting,
		role.Admin:        accounting,
	},
}

var lines = kit.Grant{
	Read:   kit.All,
	Create: kit.All, CreateFields: []string{"bill", "service", "description", "quantity", "unit_minor", "tax_bp"},
	Update: kit.All, UpdateFields: []string{"description", "quantity", "unit_minor", "tax_bp"},
}

var items = kit.Collection{
	Name:        "bill_items",
	Description: "A line of a bill, at the price of the day. It can change only while the bill is a draft.",
	Fields: kit.Fields{
		kit.Relation("bill", "bills").Required().Help("Bill the line is on."),
		kit.Relation("service", "services").
			Help("Service of the price list. It decides the description, price and tax if given."),
		kit.Relation("credits", "bill_items").Help("Of a credit note the line that it credits."),
		kit.Text("description", 300).Required().Presentable().Help("What was done or sold."),
		kit.Int("quantity", 0, 100_000).Help("Number of units. 0 removes the line from a draft."),
		kit.Text("currency", 3).Help("ISO 4217 code of all its amounts."),
		kit.Minor("unit_minor").Help("Price of one unit before tax, in minor units."),
		kit.Minor("discount_minor").Help("Its share of a discount on the bill, in minor units."),
		kit.Int("tax_bp", 0, 10_000).Help("Tax in basis points: 700 is 7 %."),
		kit.Minor("tax_minor").Help("Tax on quantity x unit - discount, rounded half up, in minor units."),
		kit.Minor("total_minor").Help("Amount with tax, in minor units."),
	},
	Indexes: []kit.Index{{Columns: "bill"}, {Columns: "credits"}},
	Immutable: kit.Immutable{ // the first release wrote lines without a currency; the ledger migration fills it in
		When: "OLD.currency != '' AND (SELECT status FROM bills WHERE id = OLD.bill) != 'draft'",
	},
	Triggers: []kit.Trigger{{ // not even the line of a draft goes to another bill
		Name: "bill_items_none_moved",
		When: "BEFORE UPDATE ON bill_items WHEN OLD.bill != NEW.bill",
		Code: "frozen",
	}},
	RoutineFields: []string{"quantity"},
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("bill.patient.user").Only("own-issued", `bill.issued_at != ""`)},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   lines,
		role.Admin:        lines,
	},
}
