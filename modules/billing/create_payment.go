package billing

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// createPayment completes a new payment or refund. It is pending, and together with the
// other pending ones it does not exceed what is open.
func createPayment(e *core.RecordEvent) error {
	p := Payment{e.Record}
	if err := p.checkAmount(e.App); err != nil {
		return err
	}
	check := checkPayment
	if p.refundOf() != "" || p.Kind() == KindRefund {
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
	p.setPending(number, bill, kit.ActorOf(p.Record).ID)
	return e.Next()
}

// checkPayment refuses a payment above the open amount, and a second one with the same
// reference. It returns the bill.
func checkPayment(tx core.App, p Payment) (Bill, error) {
	bill, err := billOf(tx, p)
	if err != nil {
		return bill, err
	}
	if err := requireIssued(bill, "bill"); err != nil {
		return bill, err
	}
	open, err := openAmount(tx, bill)
	if err != nil {
		return bill, err
	}
	if p.Amount() > open {
		return bill, exceedsBalance(tx, "amount_minor", max(open, 0), "is open on this bill, after pending payments.")
	}
	if err := checkReference(tx, p); err != nil {
		return bill, err
	}
	p.setKind(KindPayment)
	return bill, nil
}

// checkReference refuses a second payment with the same method and reference. Patients are told only
// of payments of the same bill, which they see. Whether somebody else's payment has the reference is
// checked when theirs is verified.
func checkReference(tx core.App, p Payment) error {
	where, refused := referenceBooked("{:id}", "{:method}", "{:reference}"), errBooked
	if kit.ActorOf(p.Record).Role == role.Patient {
		where = `{:reference} != '' AND EXISTS (SELECT 1 FROM payments WHERE bill = {:bill} AND method = {:method}
			AND reference = {:reference} COLLATE NOCASE AND kind = 'payment' AND status != 'rejected')`
		refused = kit.Conflict("reference", "already_booked",
			"A payment with this method and reference is reported for this bill already.")
	}
	var exists bool
	err := tx.DB().NewQuery("SELECT " + where).Bind(dbx.Params{
		"id": p.Id, "bill": p.bill(), "method": p.Method(), "reference": p.Reference(),
	}).Row(&exists)
	if err == nil && exists {
		return refused
	}
	return err
}

var errBooked = kit.Conflict("reference", "already_booked",
	"Another payment with this method and reference was recorded by staff or verified. Reject one of them.")

// fromTriggerError maps the trigger's error to the refusal: verifying a payment asks no query.
func fromTriggerError(_ core.App, _ *core.Record, err error) error {
	if strings.Contains(err.Error(), "constraint failed: already_booked") {
		return errBooked
	}
	return err
}

// checkRefund refuses a refund above what is left of a verified payment. It returns the
// bill.
func checkRefund(tx core.App, p Payment) (Bill, error) {
	r, err := tx.FindRecordById("payments", p.refundOf())
	paid := Payment{r}
	if errors.Is(err, sql.ErrNoRows) || err == nil && p.bill() != paid.bill() {
		return Bill{}, kit.Invalid("refund_of", "not_found", "There is no such payment for this bill.")
	}
	if err != nil {
		return Bill{}, err
	}
	switch {
	case p.Kind() == KindPayment:
		return Bill{}, kit.Invalid("kind", "invalid_code", "The kind of a refund must be refund.")
	case paid.Kind() == KindRefund:
		return Bill{}, kit.Conflict("refund_of", "invalid_transition", "A refund cannot be refunded.")
	case paid.Status() != Verified:
		return Bill{}, kit.Conflict("refund_of", "invalid_transition",
			"Only a verified payment can be refunded; this one is "+string(paid.Status())+".")
	case p.note() == "":
		return Bill{}, kit.Invalid("note", "required", "Enter the reason for the refund.")
	}
	refunded, err := sumOfPayments(tx, `refund_of = {:id} AND status != 'rejected'`, paid.Id)
	if err != nil {
		return Bill{}, err
	}
	if left := paid.Amount() - refunded; p.Amount() > left {
		return Bill{}, exceedsBalance(tx, "amount_minor", left,
			"of this payment can still be refunded, after pending refunds.")
	}
	p.setKind(KindRefund)
	return billOf(tx, p)
}

func billOf(tx core.App, p Payment) (Bill, error) {
	bill, err := findBill(tx, p.bill())
	if errors.Is(err, sql.ErrNoRows) {
		return bill, kit.Invalid("bill", "not_found", "There is no such bill.")
	}
	return bill, err
}

// giveReceipt numbers the receipt of a verified payment or refund.
func giveReceipt(c kit.Change) error {
	p, series := Payment{c.After}, paymentReceipts
	if p.Kind() == KindRefund {
		series = refundReceipts
	}
	receipt, err := nextNumber(c.App, series)
	p.setReceipt(receipt)
	return err
}

func recalculateBill(c kit.Change) error { return recalculate(c.App, Payment{c.After}.bill()) }
