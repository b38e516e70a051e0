package billing

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
)

// Discount is a record of discounts: a discount on a bill, in basis points of the subtotal or as an
// amount in minor units; or a credit of an issued bill.
type Discount struct{ *core.Record }

func (d Discount) bill() string { return d.GetString("bill") }

// credit says that it credits an issued bill by an amount with tax.
func (d Discount) credit() bool { return d.GetBool("credit") }

func (d Discount) bp() int64              { return int64(d.GetInt("bp")) }
func (d Discount) amount() money.Amount   { return amountOf(d.Record, "amount_minor") }
func (d Discount) reason() string         { return d.GetString("reason") }
func (d Discount) requestedBy() string    { return d.GetString("requested_by") }
func (d Discount) status() DiscountStatus { return DiscountStatus(d.GetString("status")) }

// valid reports whether its fields accept what a client sent.
func (d Discount) valid() bool {
	return validAmount(d.Record, "bp") && validAmount(d.Record, "amount_minor") && d.bp() <= 10_000 && d.reason() != ""
}

func (d Discount) setCreditNote(bill string) { d.Set("credit_note", bill) }

func (d Discount) setPending(amount money.Amount, currency, requestedBy string) {
	setAmount(d.Record, "amount_minor", amount)
	d.Set("currency", currency)
	d.Set("status", string(DiscountPending))
	d.Set("requested_by", requestedBy)
	d.Set("version", 1)
}

func (d Discount) setApproved(by string, at time.Time) {
	d.Set("status", string(DiscountApproved))
	d.Set("decided_by", by)
	d.Set("decided_at", at)
}
