package billing

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
)

// creditPart is the part of a credit note that belongs to one line of the bill.
type creditPart struct {
	line     string
	net, tax money.Amount
}

// createCreditNote credits the total that was sent, or all that is left of an issued bill,
// from each of its lines in proportion. Above the hospital's discount limit it has to be requested as
// a discount, which a second person approves.
func createCreditNote(e *core.RecordEvent, actor kit.Actor) error {
	note := Bill{e.Record}
	original, err := findBill(e.App, note.original())
	wrongPatient := err == nil && note.Patient() != "" && note.Patient() != original.Patient()
	if errors.Is(err, sql.ErrNoRows) || wrongPatient {
		return kit.Invalid("original", "not_found", "There is no such bill for this patient.")
	}
	if err != nil {
		return err
	}
	if err := requireIssued(original, "original"); err != nil {
		return err
	}
	if note.Reason() == "" {
		return kit.Invalid("reason", "required", "Enter the reason for the credit note.")
	}
	if note.DueOn() != "" {
		return kit.Invalid("due_on", "not_due", "A credit note has no due date.")
	}
	if err := note.checkTotal(e.App); err != nil {
		return err
	}
	left, amount := original.Total()-original.Credited(), note.Total()
	if amount == 0 {
		amount = left
	}
	if amount > left || left == 0 {
		return exceedsBalance(e.App, "total_minor", left, "of this bill can still be credited.")
	}
	if err := requireCreditWithinLimit(e.App, original, amount); err != nil {
		return err
	}
	parts, err := divideCredit(e.App, original.Id, amount)
	if err != nil {
		return err
	}
	if err := fillCreditNote(e.App, note, original, parts, actor); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	return createCreditLines(e.App, note, parts)
}

// requireIssued refuses drafts, void bills and credit notes.
func requireIssued(bill Bill, field string) error {
	switch {
	case bill.Kind() == CreditNote:
		return kit.Conflict(field, "not_issued", "This is a credit note. Choose an invoice.")
	case bill.Status() == Draft || bill.Status() == Void:
		return kit.Conflict(field, "not_issued", "This bill is "+string(bill.Status())+". Choose an issued bill.")
	}
	return nil
}

// divideCredit divides an amount with tax over what is left of the lines of a bill.
func divideCredit(tx core.App, bill string, amount money.Amount) (parts []creditPart, err error) {
	lines, err := linesOf(tx, bill)
	if err != nil {
		return nil, err
	}
	var credited []struct {
		Line  string
		Total money.Amount
		Tax   money.Amount
	}
	err = tx.DB().NewQuery(`
		SELECT c.credits AS line, SUM(CAST(c.total_minor AS INTEGER)) AS total,
			SUM(CAST(c.tax_minor AS INTEGER)) AS tax
		FROM bill_items i JOIN bill_items c ON c.credits = i.id WHERE i.bill = {:bill} GROUP BY c.credits`).
		Bind(dbx.Params{"bill": bill}).All(&credited)
	if err != nil {
		return nil, err
	}
	left, weights := map[string]line{}, make([]money.Amount, len(lines))
	for _, l := range lines {
		left[l.ID] = l
	}
	for _, c := range credited {
		l := left[c.Line]
		l.Total, l.Tax = l.Total-c.Total, l.Tax-c.Tax
		left[c.Line] = l
	}
	for i, l := range lines {
		weights[i] = left[l.ID].Total
	}
	for i, share := range amount.Allocate(weights) {
		l := left[lines[i].ID]
		tax := l.Tax.Share(share, l.Total)
		parts = append(parts, creditPart{l.ID, share - tax, tax})
	}
	return parts, nil
}

// fillCreditNote fills in a credit note before it is saved.
func fillCreditNote(tx core.App, note, original Bill, parts []creditPart, actor kit.Actor) error {
	number, err := nextNumber(tx, creditNoteNumbers)
	if err != nil {
		return err
	}
	var net, tax money.Amount
	for _, p := range parts {
		net, tax = net+p.net, tax+p.tax
	}
	note.setCredit(original, net, tax)
	note.setIssued(number, kit.Now(tx), actor.ID)
	return nil
}

// createCreditLines creates the lines of a saved credit note and recalculates its bill.
func createCreditLines(tx core.App, note Bill, parts []creditPart) error {
	for _, p := range parts {
		if p.net+p.tax == 0 {
			continue
		}
		of, err := findItem(tx, p.line)
		if err != nil {
			return err
		}
		item, err := newItem(tx, note)
		if err != nil {
			return err
		}
		item.setCredit(of, p.net, p.tax)
		if err := tx.Save(item.Record); err != nil {
			return fmt.Errorf("lines of %s: %w", note.Number(), err)
		}
	}
	return recalculate(tx, note.original())
}
