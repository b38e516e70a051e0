package billing

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

var accountants = kit.By(role.Accountant, role.Admin)

// lifecycles is what people do to bills and what belongs to them. Whether a bill is
// paid is not among it: that follows from its payments (settle.go).
var lifecycles = []kit.Lifecycle{
	{Collection: "bills", Noun: "a bill", SystemWrites: true, Prepare: checkBill, Transitions: kit.Transitions[Status]{
		{Action: "issue", From: kit.From(Draft), To: Unpaid, By: accountants, Guard: issuable, Do: issueBill},
		{Action: "void", From: kit.From(Draft, Unpaid, PartiallyPaid, Paid, Refunded), To: Void, By: accountants, Guard: voidable,
			Stamp: "voided", Do: clearBalance, Then: replaceVoid},
		{Action: "edit", From: kit.From(Draft), By: accountants},
	}},
	{Collection: "charges", Noun: "a charge", Transitions: kit.Transitions[string]{
		{Action: "edit", Guard: func(c kit.Change) error { return chargeable(c.App, c.After) }},
	}},
	{Collection: "discounts", Noun: "a discount", Transitions: kit.Transitions[DiscountStatus]{
		{Action: "approve", From: kit.From(DiscountPending), To: DiscountApproved, By: kit.By(role.Admin), Guard: bySomebodyElse, Stamp: "decided", Do: approveDiscount},
		{Action: "reject", From: kit.From(DiscountPending), To: DiscountRejected, By: accountants, Stamp: "decided"},
		{Action: "withdraw", From: kit.From(DiscountApproved), To: DiscountRejected, By: accountants, Guard: ofADraft, Stamp: "decided", Do: withdrawDiscount},
	}},
	{Collection: "payments", Noun: "a payment", Transitions: kit.Transitions[PaymentStatus]{
		{Action: "verify", From: kit.From(Pending), To: Verified, By: accountants, Guard: refundBySomebodyElse, Stamp: "decided",
			Do: giveReceipt, Then: recalculateBill},
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
}

// checkBill refuses what no change of a bill may do on the way.
func checkBill(c kit.Change) error {
	voids := c.After.GetString("status") == string(Void) && c.Before.GetString("status") != string(Void)
	switch {
	case !voids && c.After.GetString("reason") != c.Before.GetString("reason"):
		return kit.Invalid("reason", "not_void", "A reason is given when a bill is made void.")
	case voids && c.After.GetString("due_on") != c.Before.GetString("due_on"):
		return kit.Invalid("status", "one_at_a_time", "Do one thing at a time.")
	}
	return due(c.After)
}

func issueBill(c kit.Change) error { return issue(c.App, c.After, c.Actor) }

// clearBalance ends what a void bill asks for. Its number stays with it.
func clearBalance(c kit.Change) error {
	c.After.Set("balance_minor", 0)
	return nil
}

func issuable(c kit.Change) error {
	switch n, err := c.App.CountRecords("bill_items", dbx.HashExp{"bill": c.After.Id}, dbx.NewExp("quantity > 0")); {
	case err != nil:
		return err
	case n == 0:
		return kit.Conflict("status", "no_lines", "There is nothing on this bill yet.")
	}
	switch discount, err := discountOf(c.App, c.After.Id); {
	case err != nil:
		return err
	case discount != nil && discount.GetString("status") == string(DiscountPending):
		return kit.Conflict("status", "discount_pending", "A discount on this bill waits for an admin.")
	}
	return nil
}

func voidable(c kit.Change) error {
	if c.After.GetString("reason") == "" {
		return kit.Invalid("reason", "required", "Say why the bill is void.")
	}
	if c.Before.GetString("kind") != string(Invoice) {
		return kit.Conflict("status", "invalid_transition", "A credit note stands.")
	}
	if c.Before.GetString("status") == string(Draft) && c.Before.GetString("appointment") != "" {
		return kit.Conflict("status", "one_visit_one_bill", "A completed visit has a bill. Change the lines of this draft and issue it.")
	}
	paid, err := c.App.CountRecords("payments", dbx.HashExp{"bill": c.After.Id}, dbx.NewExp("status != 'rejected'"))
	if err != nil {
		return err
	}
	if paid > 0 || c.Before.GetInt("credited_minor") > 0 {
		return kit.Conflict("status", "has_payments", "There are payments or credit notes on this bill. Write a credit note for it instead.")
	}
	return nil
}

// bySomebodyElse holds that nobody grants what they asked for.
func bySomebodyElse(c kit.Change) error { return unlike(c, "requested_by") }

func refundBySomebodyElse(c kit.Change) error {
	if c.Before.GetString("kind") != string(Refund) {
		return nil
	}
	return unlike(c, "recorded_by")
}

func unlike(c kit.Change, asked string) error {
	if c.Before.GetString(asked) == c.Actor.ID {
		return kit.Forbidden("status", "own_request", "You asked for this. Somebody else must approve it.")
	}
	return nil
}

func ofADraft(c kit.Change) error {
	bill, err := c.App.FindRecordById("bills", c.Before.GetString("bill"))
	if err == nil && bill.GetString("status") != string(Draft) {
		return kit.Conflict("status", "invalid_transition", "The bill is issued: its discount stands.")
	}
	return err
}
