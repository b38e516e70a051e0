package billing

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/hospital"
)

// Bill is an invoice or a credit note.
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
	bill.Set("patient", patient)
	bill.setDraft(settings.Currency())
	return bill, nil
}

func (b Bill) kind() Kind             { return Kind(b.GetString("kind")) }
func (b Bill) status() Status         { return Status(b.GetString("status")) }
func (b Bill) isDraft() bool          { return b.status() == Draft }
func (b Bill) number() string         { return b.GetString("number") }
func (b Bill) appointment() string    { return b.GetString("appointment") }
func (b Bill) patient() string        { return b.GetString("patient") }
func (b Bill) doctor() string         { return b.GetString("doctor") }
func (b Bill) original() string       { return b.GetString("original") }
func (b Bill) currency() string       { return b.GetString("currency") }
func (b Bill) reason() string         { return b.GetString("reason") }
func (b Bill) dueOn() string          { return b.GetString("due_on") }
func (b Bill) subtotal() money.Amount { return amountOf(b.Record, "subtotal_minor") }
func (b Bill) discount() money.Amount { return amountOf(b.Record, "discount_minor") }
func (b Bill) total() money.Amount    { return amountOf(b.Record, "total_minor") }
func (b Bill) credited() money.Amount { return amountOf(b.Record, "credited_minor") }
func (b Bill) balance() money.Amount  { return amountOf(b.Record, "balance_minor") }

// hasTotal reports whether a client sent a total, valid or not.
func (b Bill) hasTotal() bool { return b.GetFloat("total_minor") != 0 }

func (b Bill) checkTotal(tx core.App) error { return checkAmount(tx, b.Record, "total_minor") }

func (b Bill) setKind(kind Kind)           { b.Set("kind", string(kind)) }
func (b Bill) setCurrency(currency string) { b.Set("currency", currency) }
func (b Bill) setOriginal(bill string)     { b.Set("original", bill) }
func (b Bill) setReason(reason string)     { b.Set("reason", reason) }
func (b Bill) setDueOn(day time.Time)      { b.Set("due_on", day.Format(time.DateOnly)) }
func (b Bill) clearBalance()               { b.Set("balance_minor", 0) }
func (b Bill) nextVersion()                { b.Set("version", b.GetInt("version")+1) }

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
	b.Set("patient", original.patient())
	b.setOriginal(original.Id)
	b.setVisit(original.appointment(), original.doctor())
	b.setCurrency(original.currency())
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
