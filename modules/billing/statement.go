package billing

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
	"hospital/modules/hospital"
	"hospital/modules/patients"
)

// Statement is the account of a patient in a period: the opening balance, what was
// billed and paid, and the closing balance. A negative balance is owed to the patient.
type Statement struct {
	Patient  string       `json:"patient"`
	MRN      string       `json:"mrn"`
	Name     string       `json:"name"`
	Timezone string       `json:"timezone"`
	From     string       `json:"from"`
	To       string       `json:"to"`
	Currency string       `json:"currency"`
	Exponent int          `json:"currency_exponent"`
	Opening  money.Amount `json:"opening_minor"`
	Closing  money.Amount `json:"closing_minor"`
	Billed   money.Amount `json:"billed_minor"`   // invoices less voided ones
	Credited money.Amount `json:"credited_minor"` // credit notes
	Paid     money.Amount `json:"paid_minor"`     // payments less refunds
	Entries  []Entry      `json:"entries"`
}

// Entry is one entry of a statement. A positive amount is owed by the patient.
type Entry struct {
	At      string       `json:"at" db:"at"`
	Kind    string       `json:"kind" db:"kind"`
	Number  string       `json:"number" db:"number"`
	Bill    string       `json:"bill" db:"bill"`
	Amount  money.Amount `json:"amount_minor" db:"amount"`
	Balance money.Amount `json:"balance_minor" db:"-"` // after it
}

// ledger is every entry of a patient in one currency: bills at the moment of issue,
// payments at the moment of verification. The plus before status keeps SQLite from
// using the index over status, which holds the entries of all patients.
const ledger = `
	SELECT issued_at AS at, 1 AS nth, 'invoice' AS kind, number, id AS bill,
			CAST(total_minor AS INTEGER) AS amount FROM bills
		WHERE patient = {:patient} AND currency = {:currency} AND kind = 'invoice'
			AND issued_at >= {:from} AND issued_at < {:to} AND issued_at != ''
	UNION ALL SELECT issued_at, 2, 'credit_note', number, original, -CAST(total_minor AS INTEGER) FROM bills
		WHERE patient = {:patient} AND currency = {:currency} AND kind = 'credit_note'
			AND issued_at >= {:from} AND issued_at < {:to}
	UNION ALL SELECT voided_at, 3, 'void', number, id, -CAST(total_minor AS INTEGER) FROM bills
		WHERE patient = {:patient} AND currency = {:currency} AND +status = 'void' AND issued_at != ''
			AND voided_at >= {:from} AND voided_at < {:to}
	UNION ALL SELECT decided_at, 4, kind, receipt, bill,
			CASE kind WHEN 'refund' THEN 1 ELSE -1 END * CAST(amount_minor AS INTEGER) FROM payments
		WHERE patient = {:patient} AND currency = {:currency} AND +status = 'verified'
			AND decided_at >= {:from} AND decided_at < {:to}`

func newStatement(
	app core.App, patient patients.Patient, settings hospital.Settings, first, last time.Time,
) (*Statement, error) {
	s := &Statement{
		Patient: patient.Id, MRN: patient.MRN(), Name: patient.Name(),
		Timezone: settings.Zone().String(), From: first.Format(time.DateOnly), To: last.Format(time.DateOnly),
		Currency: settings.Currency(), Exponent: settings.Exponent(), Entries: []Entry{},
	}
	from, to := Period(first, last, settings.Zone())
	params := dbx.Params{"patient": patient.Id, "currency": s.Currency, "from": "", "to": from}
	opening := app.DB().NewQuery("SELECT COALESCE(SUM(amount), 0) FROM (" + ledger + ")")
	if err := opening.Bind(params).Row(&s.Opening); err != nil {
		return nil, err
	}
	params["from"], params["to"] = from, to
	if err := app.DB().NewQuery(ledger + " ORDER BY at, nth, number").Bind(params).All(&s.Entries); err != nil {
		return nil, err
	}
	s.Closing = s.Opening
	sums := map[string]*money.Amount{"invoice": &s.Billed, "void": &s.Billed, "credit_note": &s.Credited,
		string(KindPayment): &s.Paid, string(KindRefund): &s.Paid}
	for i := range s.Entries {
		entry := &s.Entries[i]
		s.Closing += entry.Amount
		entry.Balance = s.Closing
		*sums[entry.Kind] += entry.Amount
	}
	s.Credited, s.Paid = -s.Credited, -s.Paid
	return s, nil
}
