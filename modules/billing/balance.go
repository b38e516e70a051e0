package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
)

// balanceOf is the only place that decides on the balance and the status of an issued
// invoice. paid is verified payments less verified refunds. A negative balance is owed
// to the patient.
func balanceOf(total, credited, paid money.Amount) (balance money.Amount, status Status) {
	balance = total - credited - paid
	switch {
	case balance > 0 && paid > 0:
		return balance, PartiallyPaid
	case balance > 0:
		return balance, Unpaid
	case total > 0 && credited == total && paid == 0:
		return balance, Refunded
	}
	return balance, Paid
}

func applyBalance(bill Bill, credited, paid money.Amount) {
	balance, status := balanceOf(bill.Total(), credited, paid)
	bill.setBalance(status, credited, paid, balance)
}

// recalculate updates the balance and the status of an invoice, in the transaction that
// verified a payment or issued a credit note.
func recalculate(tx core.App, id string) error {
	bill, err := findBill(tx, id)
	if err != nil {
		return fmt.Errorf("recalculate bill %s: %w", id, err)
	}
	var credited, paid int64
	err = tx.DB().NewQuery(`SELECT
			(SELECT COALESCE(SUM(CAST(c.total_minor AS INTEGER)), 0) FROM bills c
				WHERE c.original = {:bill} AND c.kind = 'credit_note'),
			(SELECT COALESCE(SUM(CAST(p.amount_minor AS INTEGER) * CASE p.kind WHEN 'refund' THEN -1 ELSE 1 END), 0)
				FROM payments p WHERE p.bill = {:bill} AND p.status = 'verified')`).
		Bind(dbx.Params{"bill": id}).Row(&credited, &paid)
	if err != nil {
		return fmt.Errorf("recalculate %s: %w", bill.Number(), err)
	}
	applyBalance(bill, money.Amount(credited), money.Amount(paid))
	bill.nextVersion()
	return tx.Save(bill.Record)
}

// openAmount is what can still be paid on a bill: its balance less pending payments.
func openAmount(tx core.App, bill Bill) (money.Amount, error) {
	pending, err := sumOfPayments(tx, `bill = {:id} AND kind = 'payment' AND status = 'pending'`, bill.Id)
	return bill.Balance() - pending, err
}

// sumOfPayments adds up the payments that match an SQL condition on {:id}.
func sumOfPayments(tx core.App, condition, id string) (money.Amount, error) {
	var total int64
	err := tx.DB().NewQuery(`SELECT COALESCE(SUM(CAST(amount_minor AS INTEGER)), 0) FROM payments WHERE ` + condition).
		Bind(dbx.Params{"id": id}).Row(&total)
	return money.Amount(total), err
}
