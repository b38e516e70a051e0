package billing

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/hospital"
)

// requestDiscount is the rule for a new discount: within the hospital's limit it is granted at
// once, above it another admin has to approve it. A bill has one at a time, so that
// small ones do not add up to a large one.
func requestDiscount(e *core.RecordEvent) error {
	d, actor := e.Record, kit.ActorOf(e.Record)
	bill, err := e.App.FindRecordById("bills", d.GetString("bill"))
	if errors.Is(err, sql.ErrNoRows) || !whole(d, "bp") || !whole(d, "amount_minor") || d.GetInt("bp") > 10_000 || d.GetString("reason") == "" {
		return e.Next() // which refuses it by name
	}
	if err != nil {
		return err
	}
	if bill.GetString("status") != string(Draft) {
		if err := standingBill(bill, "bill"); err != nil {
			return err
		}
	}
	if other, err := discountOf(e.App, bill.Id); err != nil {
		return err
	} else if other != nil {
		return kit.Conflict("bill", "discounted", "There is a discount on this bill already.")
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	off, within, err := asked(d, amountOf(bill, "subtotal_minor"), settings)
	if err != nil {
		return err
	}
	d.Load(map[string]any{"amount_minor": int64(off), "currency": bill.GetString("currency"), "status": string(DiscountPending), "requested_by": actor.ID, "version": 1})
	if within {
		d.Load(map[string]any{"status": string(DiscountApproved), "decided_by": actor.ID, "decided_at": kit.Now(e.App)})
		if err := discount(e.App, d, bill, actor); err != nil {
			return err
		}
	}
	return e.Next()
}

// asked is what a discount comes to, and whether it needs nobody's approval.
func asked(d *core.Record, subtotal money.Amount, settings hospital.Settings) (off money.Amount, within bool, err error) {
	bp, limit := int64(d.GetInt("bp")), settings.DiscountLimit()
	off = amountOf(d, "amount_minor")
	field := "amount_minor"
	switch {
	case bp > 0 && off > 0:
		return 0, false, kit.Invalid("amount_minor", "one_at_a_time", "Give a share or an amount, not both.")
	case bp > 0:
		field = "bp"
		if off, err = subtotal.Portion(bp); err != nil {
			return 0, false, err
		}
		within = bp <= limit
	default:
		within = int64(off)*10_000 <= int64(subtotal)*limit // both are far from an overflow
	}
	switch {
	case off == 0:
		return 0, false, kit.Invalid(field, "comes_to_nothing", "This discount comes to nothing.")
	case off > subtotal:
		return 0, false, kit.Conflict(field, "exceeds_balance", "The bill comes to less than that: "+settings.Format(subtotal)+".")
	}
	return off, within, nil
}

// approveDiscount takes a discount off its bill.
func approveDiscount(c kit.Change) error {
	bill, err := c.App.FindRecordById("bills", c.After.GetString("bill"))
	if err != nil {
		return err
	}
	return discount(c.App, c.After, bill, c.Actor)
}

// withdrawDiscount puts the bill back to what it was without the discount.
func withdrawDiscount(c kit.Change) error {
	bill, err := c.App.FindRecordById("bills", c.After.GetString("bill"))
	if err != nil {
		return err
	}
	return spread(c.App, bill, 0)
}

// discount takes a granted discount off: off the lines of a draft, and off an issued
// bill, which never changes, by a credit note of what it would have been less.
func discount(tx core.App, d, bill *core.Record, actor kit.Actor) error {
	off := amountOf(d, "amount_minor")
	if bill.GetString("status") == string(Draft) {
		return spread(tx, bill, off)
	}
	if err := standingBill(bill, "status"); err != nil {
		return err
	}
	if bill.GetInt("discount_minor")+bill.GetInt("credited_minor") > 0 {
		return kit.Conflict("bill", "discounted", "Something of this bill has been taken off already. Write a credit note instead.")
	}
	lines, less, err := lessened(tx, bill, off)
	if err != nil {
		return err
	}
	parts := make([]part, len(lines))
	var sum money.Amount
	for i, l := range lines {
		parts[i] = part{l.ID, l.net() - less[i].net(), l.Tax - less[i].Tax}
		sum += parts[i].net + parts[i].tax
	}
	open, err := open(tx, bill)
	if err != nil {
		return err
	}
	if sum > open {
		said, err := format(tx, open)
		if err != nil {
			return err
		}
		return kit.Conflict("amount_minor", "exceeds_balance", "Only "+said+" is still open on this bill, counting payments that wait to be verified.")
	}
	note, err := kit.New(tx, "bills")
	if err != nil {
		return err
	}
	if err := fill(tx, note, bill, parts, actor); err != nil {
		return err
	}
	note.Set("reason", d.GetString("reason"))
	if err := tx.Save(note); err != nil {
		return err
	}
	d.Set("credit_note", note.Id)
	return takeBack(tx, note, parts)
}

// lessened is the lines of a bill, and what they are less a discount.
func lessened(tx core.App, bill *core.Record, off money.Amount) (lines, less []line, err error) {
	if lines, err = linesOf(tx, bill.Id); err != nil {
		return nil, nil, err
	}
	less, err = discounted(lines, off)
	return lines, less, err
}

// spread divides a discount over the lines of a draft; none takes it off again.
func spread(tx core.App, bill *core.Record, off money.Amount) error {
	_, less, err := lessened(tx, bill, off)
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
		l.onto(r)
		if err := tx.Save(r); err != nil {
			return err
		}
	}
	if err := sums.onto(bill); err != nil {
		return err
	}
	bill.Set("version", bill.GetInt("version")+1)
	return tx.Save(bill)
}

// discountOf is the discount of a bill that is granted or waits, nil when there is none.
func discountOf(tx core.App, bill string) (*core.Record, error) {
	d, err := tx.FindFirstRecordByFilter("discounts", "bill = {:bill} && status != 'rejected'", dbx.Params{"bill": bill})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return d, err
}
