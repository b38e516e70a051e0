package billing

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/patients"
)

// Payment is a record of payments: a payment or a refund.
type Payment struct{ *core.Record }

// PaymentOf returns an existing payment with nothing but its patient, for the log of an export.
func PaymentOf(app core.App, id, patient string) (*core.Record, error) {
	r, err := kit.New(app, "payments")
	if err != nil {
		return nil, err
	}
	r.Id = id
	Payment{r}.setPatient(patient)
	return r, nil
}

// Kind tells a payment from a refund.
func (p Payment) Kind() PaymentKind { return PaymentKind(p.GetString("kind")) }

// Status of the payment.
func (p Payment) Status() PaymentStatus { return PaymentStatus(p.GetString("status")) }

// Patient is the patient's id.
func (p Payment) Patient() string { return p.GetString("patient") }

// Number identifies it from the moment it is recorded.
func (p Payment) Number() string { return p.GetString("number") }

// Receipt is its number in the series of receipts; empty until it is verified.
func (p Payment) Receipt() string { return p.GetString("receipt") }

// Method is how it was paid, such as "cash".
func (p Payment) Method() string { return p.GetString("method") }

// Reference identifies it on the bank statement or in the till; it may be empty.
func (p Payment) Reference() string { return p.GetString("reference") }

// Currency is the ISO 4217 code of its amount.
func (p Payment) Currency() string { return p.GetString("currency") }

// Amount is in minor units of the currency. It is positive also for a refund.
func (p Payment) Amount() money.Amount { return amountOf(p.Record, "amount_minor") }

// Created is when it was recorded.
func (p Payment) Created() time.Time { return p.GetDateTime("created").Time() }

// DecidedAt is when it was verified or rejected; the zero time before that.
func (p Payment) DecidedAt() time.Time { return p.GetDateTime("decided_at").Time() }

// ExpandPayments reads the related records of payments, for the Expanded methods.
func ExpandPayments(app core.App, payments ...*core.Record) error {
	relations := []string{"bill", "patient", "refund_of"}
	if failed := app.ExpandRecords(payments, relations, nil); len(failed) > 0 {
		return fmt.Errorf("read relations of payments: %v", failed)
	}
	return nil
}

// ExpandedPatient is the patient, after ExpandPayments.
func (p Payment) ExpandedPatient() (patient patients.Patient, ok bool) {
	patient.Record = p.ExpandedOne("patient")
	return patient, patient.Record != nil
}

// ExpandedBill is the bill that was paid, after ExpandPayments.
func (p Payment) ExpandedBill() (bill Bill, ok bool) {
	bill.Record = p.ExpandedOne("bill")
	return bill, bill.Record != nil
}

// ExpandedRefundOf is the payment that was refunded, after ExpandPayments; false if it is no refund.
func (p Payment) ExpandedRefundOf() (refunded Payment, ok bool) {
	refunded.Record = p.ExpandedOne("refund_of")
	return refunded, refunded.Record != nil
}

func (p Payment) bill() string       { return p.GetString("bill") }
func (p Payment) refundOf() string   { return p.GetString("refund_of") }
func (p Payment) note() string       { return p.GetString("note") }
func (p Payment) recordedBy() string { return p.GetString("recorded_by") }

func (p Payment) checkAmount(tx core.App) error { return kit.CheckFields(tx, p.Record, "amount_minor") }

func (p Payment) setKind(kind PaymentKind)  { p.Set("kind", string(kind)) }
func (p Payment) setPatient(patient string) { p.Set("patient", patient) }
func (p Payment) setReceipt(receipt string) { p.Set("receipt", receipt) }

func (p Payment) setPending(number string, bill Bill, recordedBy string) {
	p.Set("number", number)
	p.setPatient(bill.Patient())
	p.Set("currency", bill.Currency())
	p.Set("status", string(Pending))
	p.Set("recorded_by", recordedBy)
	p.Set("version", 1)
}
