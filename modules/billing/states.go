package billing

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/role"

	"hospital/internal/kit"
)

var accountants = []kit.Role{role.Accountant, role.Admin}

// billStates is what people do to bills. Whether a bill is paid is not among it.
var billStates = kit.States{
	{"issue", []string{string(Draft)}, string(Unpaid), accountants, issuable},
	{"void", []string{string(Draft), string(Unpaid), string(PartiallyPaid), string(Paid), string(Refunded)}, string(Void), accountants, voidable},
	{"edit", []string{string(Draft)}, "", accountants, nil},
}

// billVerb names what a new status means.
func billVerb(to Status) string {
	if did, ok := map[Status]string{Unpaid: "issue", Void: "void"}[to]; ok {
		return did
	}
	return "change the status of" // in no row: the other statuses follow from what is paid
}

var discountStates = kit.States{
	{"approve", []string{string(DiscountPending)}, string(DiscountApproved), []kit.Role{role.Admin}, bySomebodyElse},
	{"reject", []string{string(DiscountPending)}, string(DiscountRejected), accountants, nil},
	{"withdraw", []string{string(DiscountApproved)}, string(DiscountRejected), accountants, ofADraft},
}

// discountVerbs lead from a status to another.
var discountVerbs = map[[2]DiscountStatus]string{{DiscountPending, DiscountApproved}: "approve", {DiscountPending, DiscountRejected}: "reject", {DiscountApproved, DiscountRejected}: "withdraw"}

var paymentStates = kit.States{
	{"verify", []string{string(Pending)}, string(Verified), accountants, refundBySomebodyElse},
	{"reject", []string{string(Pending)}, string(Rejected), accountants, nil},
	{"edit", []string{string(Pending)}, "", accountants, nil},
}

// paymentVerbs lead to a status.
var paymentVerbs = map[PaymentStatus]string{Verified: "verify", Rejected: "reject", Pending: "reopen"}

func issuable(m kit.Move) error {
	switch n, err := m.App.CountRecords("bill_items", dbx.HashExp{"bill": m.After.Id}, dbx.NewExp("quantity > 0")); {
	case err != nil:
		return err
	case n == 0:
		return kit.Conflict("status", "no_lines", "There is nothing on this bill yet.")
	}
	switch discount, err := discountOf(m.App, m.After.Id); {
	case err != nil:
		return err
	case discount != nil && discount.GetString("status") == string(DiscountPending):
		return kit.Conflict("status", "discount_pending", "A discount on this bill waits for an admin.")
	}
	return nil
}

func voidable(m kit.Move) error {
	if m.After.GetString("reason") == "" {
		return kit.Invalid("reason", "required", "Say why the bill is void.")
	}
	if m.Before.GetString("kind") != string(Invoice) {
		return kit.Conflict("status", "invalid_transition", "A credit note stands.")
	}
	if m.Before.GetString("status") == string(Draft) && m.Before.GetString("appointment") != "" {
		return kit.Conflict("status", "one_visit_one_bill", "A completed visit has a bill. Change the lines of this draft and issue it.")
	}
	paid, err := m.App.CountRecords("payments", dbx.HashExp{"bill": m.After.Id}, dbx.NewExp("status != 'rejected'"))
	if err != nil {
		return err
	}
	if paid > 0 || m.Before.GetInt("credited_minor") > 0 {
		return kit.Conflict("status", "has_payments", "There are payments or credit notes on this bill. Write a credit note for it instead.")
	}
	return nil
}

// bySomebodyElse holds that nobody grants what they asked for.
func bySomebodyElse(m kit.Move) error { return unlike(m, "requested_by") }

func refundBySomebodyElse(m kit.Move) error {
	if m.Before.GetString("kind") != string(Refund) {
		return nil
	}
	return unlike(m, "recorded_by")
}

func unlike(m kit.Move, asked string) error {
	if m.Before.GetString(asked) == m.Actor.ID {
		return kit.Forbidden("status", "own_request", "You asked for this. Somebody else must approve it.")
	}
	return nil
}

func ofADraft(m kit.Move) error {
	bill, err := m.App.FindRecordById("bills", m.Before.GetString("bill"))
	if err == nil && bill.GetString("status") != string(Draft) {
		return kit.Conflict("status", "invalid_transition", "The bill is issued: its discount stands.")
	}
	return err
}

func hooks(app core.App) {
	kit.OnCreate(app, "charges", note)
	kit.OnUpdate(app, "charges", rectify)
	kit.OnCreate(app, "bills", begin)
	kit.OnUpdate(app, "bills", change)
	kit.OnCreate(app, "bill_items", enter)
	kit.OnUpdate(app, "bill_items", amend)
	kit.OnCreate(app, "discounts", ask)
	kit.OnUpdate(app, "discounts", grant)
	kit.OnCreate(app, "payments", receive)
	kit.OnUpdate(app, "payments", decide)
}
