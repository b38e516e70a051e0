package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
)

// approveDiscount takes a discount off its bill.
func approveDiscount(c kit.Change) error {
	bill, err := c.App.FindRecordById("bills", c.After.GetString("bill"))
	if err != nil {
		return err
	}
	return applyDiscount(c.App, c.After, bill, c.Actor)
}

// withdrawDiscount puts the bill back to what it was without the discount.
func withdrawDiscount(c kit.Change) error {
	bill, err := c.App.FindRecordById("bills", c.After.GetString("bill"))
	if err != nil {
		return err
	}
	return discountDraft(c.App, bill, 0)
}

// applyDiscount takes a granted discount off: off the lines of a draft, and off an issued
// bill, which never changes, by a credit note of what it would have been less.
func applyDiscount(tx core.App, d, bill *core.Record, actor kit.Actor) error {
	off := amountOf(d, "amount_minor")
	if bill.GetString("status") == string(Draft) {
		return discountDraft(tx, bill, off)
	}
	if err := requireIssued(bill, "status"); err != nil {
		return err
	}
	if bill.GetInt("discount_minor")+bill.GetInt("credited_minor") > 0 {
		return kit.Conflict("bill", "discounted", "Something of this bill has been taken off already. Write a credit note instead.")
	}
	lines, less, err := discountedLines(tx, bill, off)
	if err != nil {
		return err
	}
	parts := make([]creditPart, len(lines))
	var sum money.Amount
	for i, l := range lines {
		parts[i] = creditPart{l.ID, l.net() - less[i].net(), l.Tax - less[i].Tax}
		sum += parts[i].net + parts[i].tax
	}
	open, err := openAmount(tx, bill)
	if err != nil {
		return err
	}
	if sum > open {
		said, err := formatAmount(tx, open)
		if err != nil {
			return err
		}
		return kit.Conflict("amount_minor", "exceeds_balance", "Only "+said+" is still open on this bill, counting payments that wait to be verified.")
	}
	note, err := kit.New(tx, "bills")
	if err != nil {
		return err
	}
	if err := fillCreditNote(tx, note, bill, parts, actor); err != nil {
		return err
	}
	note.Set("reason", d.GetString("reason"))
	if err := tx.Save(note); err != nil {
		return err
	}
	d.Set("credit_note", note.Id)
	return createCreditLines(tx, note, parts)
}

// discountedLines is the lines of a bill, and what they are less a discount.
func discountedLines(tx core.App, bill *core.Record, off money.Amount) (lines, less []line, err error) {
	if lines, err = linesOf(tx, bill.Id); err != nil {
		return nil, nil, err
	}
	less, err = allocateDiscount(lines, off)
	return lines, less, err
}

// discountDraft divides a discount over the lines of a draft; none takes it off again.
func discountDraft(tx core.App, bill *core.Record, off money.Amount) error {
	_, less, err := discountedLines(tx, bill, off)
	if err != nil {
		return err
	}
	var sums amounts
	for _, l := range less {
		sums.add(l)
		r, err := tx.FindRecordById("bill_items", l.ID)
		if err != nil {
			return err
		}
		l.writeTo(r)
		if err := tx.Save(r); err != nil {
			return err
		}
	}
	if err := sums.writeTo(bill); err != nil {
		return err
	}
	bill.Set("version", bill.GetInt("version")+1)
	return tx.Save(bill)
}
