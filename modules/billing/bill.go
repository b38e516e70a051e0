package billing

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

// Bill is a record of bills: an invoice or a credit note.
type Bill struct{ *core.Record }

func findBill(tx core.App, id string) (Bill, error) {
	r, err := tx.FindRecordById("bills", id)
	return Bill{r}, err
}

// newDraft returns an invoice of a patient without lines. It is not saved yet.
func newDraft(tx core.App, patient string) (Bill, error) {
	settings, err := hospital.Of(tx)
	if err != nil {
		return Bill{}, err
	}
	r, err := kit.New(tx, "bills")
	if err != nil {
		return Bill{}, err
	}
	bill := Bill{r}
	// Its lines refer to the id before it is saved.
	bill.Id = security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet)
	bill.setKind(Invoice)
	bill.setPatient(patient)
	bill.setDraft(settings.Currency())
	return bill, nil
}

// Kind tells an invoice from a credit note.
func (b Bill) Kind() Kind { return Kind(b.GetString("kind")) }

// Status of the bill.
func (b Bill) Status() Status { return Status(b.GetString("status")) }

// Number identifies it for people; a draft has a temporary one.
func (b Bill) Number() string { return b.GetString("number") }

// Patient is the patient's id.
func (b Bill) Patient() string { return b.GetString("patient") }

// Currency is the ISO 4217 code of its amounts.
func (b Bill) Currency() string { return b.GetString("currency") }

// Reason is why it was voided, or why a credit note was issued.
func (b Bill) Reason() string { return b.GetString("reason") }

// DueOn is the day on which it is to be paid, YYYY-MM-DD; empty if there is none.
func (b Bill) DueOn() string { return b.GetString("due_on") }

// Created is when it was first stored.
func (b Bill) Created() time.Time { return b.GetDateTime("created").Time() }

// IssuedAt is when it was issued; the zero time for a draft.
func (b Bill) IssuedAt() time.Time { return b.GetDateTime("issued_at").Time() }

// VoidedAt is when it was voided; the zero time if it was not.
func (b Bill) VoidedAt() time.Time { return b.GetDateTime("voided_at").Time() }

// Subtotal is the sum of quantity times unit price, in minor units of the currency.
func (b Bill) Subtotal() money.Amount { return amountOf(b.Record, "subtotal_minor") }

// Discount is the sum of the discounts of its lines, in minor units.
func (b Bill) Discount() money.Amount { return amountOf(b.Record, "discount_minor") }

// Tax is the sum of the tax of its lines, in minor units.
func (b Bill) Tax() money.Amount { return amountOf(b.Record, "tax_minor") }

// Total is subtotal minus discount plus tax, in minor units.
func (b Bill) Total() money.Amount { return amountOf(b.Record, "total_minor") }

// Credited is the sum of its credit notes, in minor units.
func (b Bill) Credited() money.Amount { return amountOf(b.Record, "credited_minor") }

// Paid is verified payments minus verified refunds, in minor units.
func (b Bill) Paid() money.Amount { return amountOf(b.Record, "paid_minor") }

// Balance is what is still to be paid, in minor units. It is negative if the hospital owes the patient.
func (b Bill) Balance() money.Amount { return amountOf(b.Record, "balance_minor") }

// ExpandBills reads the related records of bills, for the Expanded methods.
func ExpandBills(app core.App, bills ...*core.Record) error {
	relations := []string{"patient", "doctor", "original", "appointment"}
	if failed := app.ExpandRecords(bills, relations, nil); len(failed) > 0 {
		return fmt.Errorf("read relations of bills: %v", failed)
	}
	return nil
}

// ExpandedPatient is the patient, after ExpandBills.
func (b Bill) ExpandedPatient() (p patients.Patient, ok bool) {
	p.Record = b.ExpandedOne("patient")
	return p, p.Record != nil
}

// ExpandedDoctor is the doctor of the visit, after ExpandBills; false if it is the bill of no visit.
func (b Bill) ExpandedDoctor() (d staff.Doctor, ok bool) {
	d.Record = b.ExpandedOne("doctor")
	return d, d.Record != nil
}

// ExpandedOriginal is the bill that it replaces or credits, after ExpandBills; false if there is none.
func (b Bill) ExpandedOriginal() (original Bill, ok bool) {
	original.Record = b.ExpandedOne("original")
	return original, original.Record != nil
}

// ExpandedVisit is the visit that is billed, after ExpandBills; false if there is none.
func (b Bill) ExpandedVisit() (visit appointments.Appointment, ok bool) {
	visit.Record = b.ExpandedOne("appointment")
	return visit, visit.Record != nil
}

func (b Bill) isDraft() bool       { return b.Status() == Draft }
func (b Bill) appointment() string { return b.GetString("appointment") }
func (b Bill) doctor() string      { return b.GetString("doctor") }
func (b Bill) original() string    { return b.GetString("original") }

// hasTotal reports whether a client sent a total, valid or not.
func (b Bill) hasTotal() bool { return b.GetFloat("total_minor") != 0 }

func (b Bill) checkTotal(tx core.App) error { return kit.CheckFields(tx, b.Record, "total_minor") }

func (b Bill) setKind(kind Kind)           { b.Set("kind", string(kind)) }
func (b Bill) setPatient(patient string)   { b.Set("patient", patient) }
func (b Bill) setCurrency(currency string) { b.Set("currency", currency) }
func (b Bill) setOriginal(bill string)     { b.Set("original", bill) }
func (b Bill) setReason(reason string)     { b.Set("reason", reason) }
func (b Bill) setDueOn(day time.Time)      { b.Set("due_on", day.Format(time.DateOnly)) }
func (b Bill) clearBalance()               { b.Set("balance_minor", 0) }
func (b Bill) nextVersion()                { b.Set("version", b.GetInt("version")+1) }

func (b Bill) setTotal(total money.Amount) { setAmount(b.Record, "total_minor", total) }

// setVisit links the visit that is billed.
func (b Bill) setVisit(appointment, doctor string) {
	b.Set("appointment", appointment)
	b.Set("doctor", doctor)
}

// setDraft fills in what every new draft has. A draft has no number in the series yet.
func (b Bill) setDraft(currency string) {
	b.Set("number", "DRAFT-"+b.Id)
	b.Set("status", string(Draft))
	b.Set("version", 1)
	b.setCurrency(currency)
}

func (b Bill) setIssued(number string, at time.Time, by string) {
	b.Set("number", number)
	b.Set("issued_at", at)
	b.Set("issued_by", by)
}

// setCredit makes it a credit note of another bill.
func (b Bill) setCredit(original Bill, net, tax money.Amount) {
	b.setKind(CreditNote)
	b.Set("status", string(Issued))
	b.Set("version", 1)
	b.setPatient(original.Patient())
	b.setOriginal(original.Id)
	b.setVisit(original.appointment(), original.doctor())
	b.setCurrency(original.Currency())
	b.setAmounts(amounts{Subtotal: net, Tax: tax, Total: net + tax})
}

func (b Bill) setAmounts(a amounts) {
	setAmount(b.Record, "subtotal_minor", a.Subtotal)
	setAmount(b.Record, "discount_minor", a.Discount)
	setAmount(b.Record, "tax_minor", a.Tax)
	setAmount(b.Record, "total_minor", a.Total)
}

func (b Bill) setBalance(status Status, credited, paid, balance money.Amount) {
	b.Set("status", string(status))
	setAmount(b.Record, "credited_minor", credited)
	setAmount(b.Record, "paid_minor", paid)
	setAmount(b.Record, "balance_minor", balance)
}
