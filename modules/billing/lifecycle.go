package billing

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
)

var accountants = kit.By(role.Accountant, role.Admin)

// lifecycles are the changes that people make. Whether a bill is paid follows from its
// payments (balance.go).
var lifecycles = []kit.Lifecycle{
	{Collection: "bills", Noun: "a bill", SystemWrites: true, Prepare: checkBill, Transitions: kit.Transitions[Status]{
		{Action: "issue", From: kit.From(Draft), To: Unpaid, By: accountants, Guard: checkIssue, Do: issueDraft},
		{Action: "void", From: kit.From(Draft, Unpaid, PartiallyPaid, Paid, Refunded), To: Void, By: accountants,
			Guard: checkVoid, Stamp: "voided", Do: clearBalance, Then: replaceVoidBill},
		{Action: "edit", From: kit.From(Draft), By: accountants},
	}},
	{Collection: "charges", Noun: "a charge", Transitions: kit.Transitions[string]{
		{Action: "edit", Guard: func(c kit.Change) error { return checkVisit(c.App, Charge{c.After}) }},
	}},
	{Collection: "discounts", Noun: "a discount", Transitions: kit.Transitions[DiscountStatus]{
		{Action: "approve", From: kit.From(DiscountPending), To: DiscountApproved, By: kit.By(role.Admin),
			Guard: discountNotByRequester, Stamp: "decided", Do: approveDiscount},
		{Action: "reject", From: kit.From(DiscountPending), To: DiscountRejected, By: accountants, Stamp: "decided"},
		{Action: "withdraw", From: kit.From(DiscountApproved), To: DiscountRejected, By: accountants,
			Guard: checkWithdraw, Stamp: "decided", Do: withdrawDiscount},
	}},
	{Collection: "payments", Noun: "a payment", Transitions: kit.Transitions[PaymentStatus]{
		{Action: "verify", From: kit.From(Pending), To: Verified, By: accountants, Guard: verifiedBySecondPerson,
			Stamp: "decided", Do: giveReceipt, Then: recalculateBill},
		{Action: "reject", From: kit.From(Pending), To: Rejected, By: accountants, Stamp: "decided"},
		{Action: "edit", From: kit.From(Pending), By: accountants},
	}},
}

func hooks(app core.App) {
	kit.OnCreate(app, "charges", createCharge)
	kit.OnCreate(app, "bills", createBill)
	kit.OnCreate(app, "bill_items", createLine)
	kit.OnUpdate(app, "bill_items", updateLine)
	kit.OnCreate(app, "discounts", requestDiscount)
	kit.OnCreate(app, "payments", createPayment)
	kit.OnRefusal(app, "payments", fromTriggerError)
}

// checkBill refuses what no change of a bill may do besides its action.
func checkBill(c kit.Change) error {
	before, after := Bill{c.Before}, Bill{c.After}
	voids := after.Status() == Void && before.Status() != Void
	switch {
	case !voids && after.Reason() != before.Reason():
		return kit.Invalid("reason", "not_void", "Enter a reason only when you void a bill.")
	case voids && after.DueOn() != before.DueOn():
		return kit.Invalid("status", "one_at_a_time", "Do one thing at a time: void the bill or change its due date.")
	}
	return checkDueDate(after)
}

func issueDraft(c kit.Change) error { return issueBill(c.App, Bill{c.After}, c.Actor) }

func clearBalance(c kit.Change) error {
	Bill{c.After}.clearBalance()
	return nil
}

func checkIssue(c kit.Change) error {
	n, err := c.App.CountRecords("bill_items", dbx.HashExp{"bill": c.After.Id}, dbx.NewExp("quantity > 0"))
	if err != nil {
		return err
	}
	if n == 0 {
		return kit.Conflict("status", "no_lines", "This bill has no lines. Add a line before you issue it.")
	}
	discount, err := activeDiscount(c.App, c.After.Id)
	if err != nil {
		return err
	}
	if discount != nil && discount.status() == DiscountPending {
		return kit.Conflict("status", "discount_pending",
			"A discount on this bill waits for approval. Approve or reject it first.")
	}
	return nil
}

func checkVoid(c kit.Change) error {
	bill := Bill{c.Before}
	switch {
	case Bill{c.After}.Reason() == "":
		return kit.Invalid("reason", "required", "Enter the reason why the bill is void.")
	case bill.Kind() != Invoice:
		return kit.Conflict("status", "invalid_transition", "A credit note cannot be voided.")
	case bill.isDraft() && bill.appointment() != "":
		return kit.Conflict("status", "one_visit_one_bill",
			"A completed visit must have a bill. Change the lines of this draft and issue it.")
	}
	paid, err := c.App.CountRecords("payments", dbx.HashExp{"bill": bill.Id}, dbx.NewExp("status != 'rejected'"))
	if err != nil {
		return err
	}
	if paid > 0 || bill.Credited() > 0 {
		return kit.Conflict("status", "has_payments",
			"This bill has payments or credit notes. Create a credit note for the rest instead.")
	}
	return nil
}

func discountNotByRequester(c kit.Change) error {
	return rejectOwnRequest(c, Discount{c.Before}.requestedBy())
}

// verifiedBySecondPerson refuses to verify a refund or cash that one recorded oneself. A hospital with
// a single cashier can allow it for cash; the day close lists these payments.
func verifiedBySecondPerson(c kit.Change) error {
	p := Payment{c.Before}
	if p.Kind() == KindRefund {
		return rejectOwnRequest(c, p.recordedBy())
	}
	if Method(p.Method()) != Cash || p.recordedBy() != c.Actor.ID {
		return nil
	}
	settings, err := hospital.Of(c.App)
	if err != nil || settings.SingleCashier() {
		return err
	}
	return kit.Forbidden("status", "own_payment", "You recorded this cash payment. Another person must verify it.")
}

// rejectOwnRequest enforces the four-eyes principle: an approval needs a second person.
func rejectOwnRequest(c kit.Change, requester string) error {
	if requester == c.Actor.ID {
		return kit.Forbidden("status", "own_request", "You requested this. Another person must approve it.")
	}
	return nil
}

// checkWithdraw refuses to withdraw the discount of an issued bill.
func checkWithdraw(c kit.Change) error {
	bill, err := findBill(c.App, Discount{c.Before}.bill())
	if err == nil && !bill.isDraft() {
		return kit.Conflict("status", "invalid_transition",
			"The bill is issued: its discount can no longer be withdrawn.")
	}
	return err
}
