package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
)

// Payment is money received, or money returned.
type Payment struct{ *core.Record }

func (p Payment) kind() PaymentKind     { return PaymentKind(p.GetString("kind")) }
func (p Payment) status() PaymentStatus { return PaymentStatus(p.GetString("status")) }
func (p Payment) bill() string          { return p.GetString("bill") }
func (p Payment) refundOf() string      { return p.GetString("refund_of") }
func (p Payment) method() string        { return p.GetString("method") }
func (p Payment) reference() string     { return p.GetString("reference") }
func (p Payment) note() string          { return p.GetString("note") }
func (p Payment) recordedBy() string    { return p.GetString("recorded_by") }
func (p Payment) amount() money.Amount  { return amountOf(p.Record, "amount_minor") }

func (p Payment) checkAmount(tx core.App) error { return checkAmount(tx, p.Record, "amount_minor") }

func (p Payment) setKind(kind PaymentKind)  { p.Set("kind", string(kind)) }
func (p Payment) setReceipt(receipt string) { p.Set("receipt", receipt) }

func (p Payment) setPending(number string, bill Bill, recordedBy string) {
	p.Set("number", number)
	p.Set("patient", bill.patient())
	p.Set("currency", bill.currency())
	p.Set("status", string(Pending))
	p.Set("recorded_by", recordedBy)
	p.Set("version", 1)
}
