package billing

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// createPayment is the rule for a new payment: it is pending, and together with the other
// pending ones it does not exceed what is owed. A refund is one that goes back.
func createPayment(e *core.RecordEvent) error {
	p, actor := e.Record, kit.ActorOf(e.Record)
	if err := checkAmount(e.App, p, "amount_minor"); err != nil {
		return err
	}
	back := p.GetString("refund_of") != "" || p.GetString("kind") == string(Refund)
	check := checkPayment
	if back {
		check = checkRefund
	}
	bill, err := check(e.App, p)
	if err != nil {
		return err
	}
	number, err := nextNumber(e.App, paymentNumbers)
	if err != nil {
		return err
	}
	p.Load(map[string]any{"number": number, "patient": bill.GetString("patient"), "currency": bill.GetString("currency"), "status": string(Pending), "recorded_by": actor.ID, "version": 1})
	return e.Next()
}

// checkPayment refuses a payment of more than is still to be paid, and one that has been
// booked. It answers the bill.
func checkPayment(tx core.App, p *core.Record) (*core.Record, error) {
	bill, err := billOf(tx, p)
	if err != nil {
		return nil, err
	}
	if err := requireIssued(bill, "bill"); err != nil {
		return nil, err
	}
	open, err := openAmount(tx, bill)
	if err != nil {
		return nil, err
	}
	if amountOf(p, "amount_minor") > open {
		said, err := formatAmount(tx, max(open, 0))
		if err != nil {
			return nil, err
		}
		return nil, kit.Conflict("amount_minor", "exceeds_balance", "Only "+said+" is still open on this bill, counting payments that wait to be verified.")
	}
	var twice bool
	if err := tx.DB().NewQuery("SELECT " + booked("{:method}", "{:reference}")).Bind(dbx.Params{"method": p.GetString("method"), "reference": p.GetString("reference")}).Row(&twice); err != nil {
		return nil, err
	}
	if twice {
		return nil, kit.Conflict("reference", "already_booked", "A payment by "+p.GetString("method")+" with this reference is booked already.")
	}
	p.Set("kind", string(Payment))
	return bill, nil
}

// checkRefund refuses a refund of more than is left of a verified payment. It answers
// the bill.
func checkRefund(tx core.App, p *core.Record) (*core.Record, error) {
	paid, err := tx.FindRecordById("payments", p.GetString("refund_of"))
	if errors.Is(err, sql.ErrNoRows) || err == nil && p.GetString("bill") != paid.GetString("bill") {
		return nil, kit.Invalid("refund_of", "not_found", "There is no such payment of this bill.")
	}
	if err != nil {
		return nil, err
	}
	switch {
	case p.GetString("kind") == string(Payment):
		return nil, kit.Invalid("kind", "invalid_code", "What goes back is a refund.")
	case paid.GetString("kind") == string(Refund):
		return nil, kit.Conflict("refund_of", "invalid_transition", "This is a refund itself.")
	case paid.GetString("status") != string(Verified):
		return nil, kit.Conflict("refund_of", "invalid_transition", "Only a verified payment can be refunded; this one is "+paid.GetString("status")+".")
	case p.GetString("note") == "":
		return nil, kit.Invalid("note", "required", "Say why the money goes back.")
	}
	back, err := sumOfPayments(tx, `refund_of = {:it} AND status != 'rejected'`, paid.Id)
	if err != nil {
		return nil, err
	}
	if left := amountOf(paid, "amount_minor") - back; amountOf(p, "amount_minor") > left {
		said, err := formatAmount(tx, left)
		if err != nil {
			return nil, err
		}
		return nil, kit.Conflict("amount_minor", "exceeds_balance", "Only "+said+" is left of this payment, counting refunds that wait to be approved.")
	}
	p.Set("kind", string(Refund))
	return billOf(tx, p)
}

func billOf(tx core.App, p *core.Record) (*core.Record, error) {
	bill, err := tx.FindRecordById("bills", p.GetString("bill"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, kit.Invalid("bill", "not_found", "There is no such bill.")
	}
	return bill, err
}

// giveReceipt gives a verified payment or refund the number of its receipt.
func giveReceipt(c kit.Change) error {
	series := paymentReceipts
	if c.After.GetString("kind") == string(Refund) {
		series = refundReceipts
	}
	receipt, err := nextNumber(c.App, series)
	c.After.Set("receipt", receipt)
	return err
}

// recalculateBill brings the bill of a payment to what has been paid.
func recalculateBill(c kit.Change) error { return recalculate(c.App, c.After.GetString("bill")) }
