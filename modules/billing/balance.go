package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/hospital"
)

// balanceOf is what an issued invoice stands at, given what was credited of it and
// what is paid: verified payments less verified refunds. It is the only place that
// decides on a balance or a status; below zero the balance is owed to the patient.
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

// applyBalance writes what an invoice stands at into it.
func applyBalance(bill *core.Record, credited, paid money.Amount) {
	balance, status := balanceOf(amountOf(bill, "total_minor"), credited, paid)
	bill.Set("credited_minor", int64(credited))
	bill.Set("paid_minor", int64(paid))
	bill.Set("balance_minor", int64(balance))
	bill.Set("status", string(status))
}

// recalculate brings an invoice to what has been paid and credited, in the transaction
// of the fact that changed it.
func recalculate(tx core.App, id string) error {
	bill, err := tx.FindRecordById("bills", id)
	if err != nil {
		return fmt.Errorf("settle bill %s: %w", id, err)
	}
	var credited, paid int64
	err = tx.DB().NewQuery(`SELECT
			(SELECT COALESCE(SUM(CAST(c.total_minor AS INTEGER)), 0) FROM bills c WHERE c.original = {:bill} AND c.kind = 'credit_note'),
			(SELECT COALESCE(SUM(CAST(p.amount_minor AS INTEGER) * CASE p.kind WHEN 'refund' THEN -1 ELSE 1 END), 0) FROM payments p WHERE p.bill = {:bill} AND p.status = 'verified')`).
		Bind(dbx.Params{"bill": id}).Row(&credited, &paid)
	if err != nil {
		return fmt.Errorf("settle %s: %w", bill.GetString("number"), err)
	}
	applyBalance(bill, money.Amount(credited), money.Amount(paid))
	bill.Set("version", bill.GetInt("version")+1)
	return tx.Save(bill)
}

// openAmount is what can still be paid on a bill, counting payments that wait to be verified.
func openAmount(tx core.App, bill *core.Record) (money.Amount, error) {
	pending, err := sumOfPayments(tx, `bill = {:it} AND kind = 'payment' AND status = 'pending'`, bill.Id)
	return amountOf(bill, "balance_minor") - pending, err
}

// sumOfPayments adds up payments.
func sumOfPayments(tx core.App, which, it string) (money.Amount, error) {
	var total int64
	err := tx.DB().NewQuery(`SELECT COALESCE(SUM(CAST(amount_minor AS INTEGER)), 0) FROM payments WHERE ` + which).Bind(dbx.Params{"it": it}).Row(&total)
	return money.Amount(total), err
}

// The series of numbers, each without gaps within a year.
const (
	invoiceNumbers    = "INV"
	creditNoteNumbers = "CRN"
	paymentNumbers    = "PAY" // what was declared or recorded, whatever became of it
	paymentReceipts   = "RCP" // money received
	refundReceipts    = "REF" // money returned
)

// nextNumber takes the next number of a series in the hospital's present year.
func nextNumber(tx core.App, series string) (string, error) {
	settings, err := hospital.Of(tx)
	if err != nil {
		return "", err
	}
	series = fmt.Sprintf("%s-%d", series, kit.Now(tx).In(settings.Zone()).Year())
	n, err := hospital.NextNumber(tx, series)
	return fmt.Sprintf("%s-%06d", series, n), err
}

// formatAmount writes an amount of a record for people.
func formatAmount(tx core.App, amount money.Amount) (string, error) {
	settings, err := hospital.Of(tx)
	if err != nil {
		return "", err
	}
	return settings.Format(amount), nil
}
