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

// requestDiscount approves a discount within the hospital's limit at once; above it another
// admin must approve it. A bill has one discount, so that small ones cannot add up to a
// large one.
func requestDiscount(e *core.RecordEvent) error {
	d, actor := Discount{e.Record}, kit.ActorOf(e.Record)
	bill, err := findBill(e.App, d.bill())
	if errors.Is(err, sql.ErrNoRows) || !d.valid() {
		return e.Next() // the field's validation refuses it
	}
	if err != nil {
		return err
	}
	if d.credit() {
		return requestCredit(e, d, bill, actor)
	}
	if !bill.isDraft() {
		if err := requireIssued(bill, "bill"); err != nil {
			return err
		}
	}
	if other, err := activeDiscount(e.App, bill.Id); err != nil {
		return err
	} else if other != nil {
		return kit.Conflict("bill", "discounted", "This bill already has a discount.")
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	amount, within, err := discountAmount(d, bill.Subtotal(), settings)
	if err != nil {
		return err
	}
	d.setPending(amount, bill.Currency(), actor.ID)
	if within {
		d.setApproved(actor.ID, kit.Now(e.App))
		if err := applyDiscount(e.App, d, bill, actor); err != nil {
			return err
		}
	}
	return e.Next()
}

// discountAmount returns the amount of a discount, and whether it is within the limit.
func discountAmount(d Discount, subtotal money.Amount, settings hospital.Settings) (
	amount money.Amount, within bool, err error,
) {
	field, limit := "amount_minor", settings.DiscountLimit()
	amount = d.amount()
	switch {
	case d.bp() > 0 && amount > 0:
		return 0, false, kit.Invalid(field, "one_at_a_time", "Enter a percentage or an amount, not both.")
	case d.bp() > 0:
		field = "bp"
		if amount, err = subtotal.Portion(d.bp()); err != nil {
			return 0, false, err
		}
		within = d.bp() <= limit
	default:
		within = int64(amount)*10_000 <= int64(subtotal)*limit // cannot overflow: at most Max * 10,000
	}
	switch {
	case amount == 0:
		return 0, false, kit.Invalid(field, "comes_to_nothing", "The amount of this discount is zero.")
	case amount > subtotal:
		return 0, false, kit.Conflict(field, "exceeds_balance",
			"The discount exceeds the subtotal of the bill, "+settings.Format(subtotal)+".")
	}
	return amount, within, nil
}

// activeDiscount returns the pending or approved discount of a bill, or nil. Credits are apart.
func activeDiscount(tx core.App, bill string) (*Discount, error) {
	r, err := tx.FindFirstRecordByFilter("discounts", "bill = {:bill} && status != 'rejected' && credit = false",
		dbx.Params{"bill": bill})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &Discount{r}, err
}
