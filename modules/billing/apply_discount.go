package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
)

func approveDiscount(c kit.Change) error {
	d := Discount{c.After}
	bill, err := findBill(c.App, d.bill())
	if err != nil {
		return err
	}
	return applyDiscount(c.App, d, bill, c.Actor)
}

// withdrawDiscount restores the lines of a draft.
func withdrawDiscount(c kit.Change) error {
	bill, err := findBill(c.App, Discount{c.After}.bill())
	if err != nil {
		return err
	}
	return discountDraft(c.App, bill, 0)
}

// applyDiscount takes an approved discount off the lines of a draft. An issued bill never
// changes: it gets a credit note over what it would have been less.
func applyDiscount(tx core.App, d Discount, bill Bill, actor kit.Actor) error {
	if d.credit() {
		return applyCredit(tx, d, bill, actor)
	}
	if bill.isDraft() {
		return discountDraft(tx, bill, d.amount())
	}
	if err := requireIssued(bill, "status"); err != nil {
		return err
	}
	if bill.Discount()+bill.Credited() > 0 {
		return kit.Conflict("bill", "discounted",
			"This bill was already discounted or credited. Create a credit note instead.")
	}
	parts, sum, err := discountCredit(tx, bill, d.amount())
	if err != nil {
		return err
	}
	open, err := openAmount(tx, bill)
	if err != nil {
		return err
	}
	if sum > open {
		return exceedsBalance(tx, "amount_minor", open, "is open on this bill, after pending payments.")
	}
	return saveCreditNote(tx, d, bill, parts, actor)
}

// saveCreditNote creates the credit note of an approved discount or credit.
func saveCreditNote(tx core.App, d Discount, bill Bill, parts []creditPart, actor kit.Actor) error {
	r, err := kit.New(tx, "bills")
	if err != nil {
		return err
	}
	note := Bill{r}
	if err := fillCreditNote(tx, note, bill, parts, actor); err != nil {
		return err
	}
	note.setReason(d.reason())
	if err := tx.Save(note.Record); err != nil {
		return err
	}
	d.setCreditNote(note.Id)
	return createCreditLines(tx, note, parts)
}

// discountCredit returns by how much a discount reduces each line of a bill, and the sum.
func discountCredit(tx core.App, bill Bill, discount money.Amount) (parts []creditPart, sum money.Amount, err error) {
	lines, err := linesOf(tx, bill.Id)
	if err != nil {
		return nil, 0, err
	}
	discounted, err := allocateDiscount(lines, discount)
	if err != nil {
		return nil, 0, err
	}
	for i, l := range lines {
		part := creditPart{l.ID, l.net() - discounted[i].net(), l.Tax - discounted[i].Tax}
		parts = append(parts, part)
		sum += part.net + part.tax
	}
	return parts, sum, nil
}

// discountDraft divides a discount over the lines of a draft. 0 removes it.
func discountDraft(tx core.App, bill Bill, discount money.Amount) error {
	lines, err := linesOf(tx, bill.Id)
	if err != nil {
		return err
	}
	discounted, err := allocateDiscount(lines, discount)
	if err != nil {
		return err
	}
	var sums amounts
	for _, l := range discounted {
		sums.add(l)
		item, err := findItem(tx, l.ID)
		if err != nil {
			return err
		}
		item.setLine(l)
		if err := tx.Save(item.Record); err != nil {
			return err
		}
	}
	if err := sums.writeTo(bill); err != nil {
		return err
	}
	bill.nextVersion()
	return tx.Save(bill.Record)
}
