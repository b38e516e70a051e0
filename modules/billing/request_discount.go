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
	if errors.Is(err, sql.ErrNoRows) || !validAmount(d, "bp") || !validAmount(d, "amount_minor") || d.GetInt("bp") > 10_000 || d.GetString("reason") == "" {
		return e.Next() // which refuses it by name
	}
	if err != nil {
		return err
	}
	if bill.GetString("status") != string(Draft) {
		if err := requireIssued(bill, "bill"); err != nil {
			return err
		}
	}
	if other, err := activeDiscount(e.App, bill.Id); err != nil {
		return err
	} else if other != nil {
		return kit.Conflict("bill", "discounted", "There is a discount on this bill already.")
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	off, within, err := discountAmount(d, amountOf(bill, "subtotal_minor"), settings)
	if err != nil {
		return err
	}
	d.Load(map[string]any{"amount_minor": int64(off), "currency": bill.GetString("currency"), "status": string(Asked), "requested_by": actor.ID, "version": 1})
	if within {
		d.Load(map[string]any{"status": string(Granted), "decided_by": actor.ID, "decided_at": kit.Now(e.App)})
		if err := applyDiscount(e.App, d, bill, actor); err != nil {
			return err
		}
	}
	return e.Next()
}

// discountAmount is what a discount comes to, and whether it needs nobody's approval.
func discountAmount(d *core.Record, subtotal money.Amount, settings hospital.Settings) (off money.Amount, within bool, err error) {
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

// activeDiscount is the discount of a bill that is granted or waits, nil when there is none.
func activeDiscount(tx core.App, bill string) (*core.Record, error) {
	d, err := tx.FindFirstRecordByFilter("discounts", "bill = {:bill} && status != 'rejected'", dbx.Params{"bill": bill})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return d, err
}
