package reports

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/internal/csvfile"
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/billing"
)

// billsCSV is every bill and credit note that was issued in a period.
func billsCSV(r *kit.Request) error {
	b, err := readBooks(r)
	if err != nil {
		return err
	}
	file := csvfile.New(r, b.fileName("bills"), "number", "kind", "status", "issued_on", "due_on",
		"record_number", "patient", "doctor", "original",
		"subtotal", "discount", "tax", "total", "credited", "paid", "balance", "currency", "voided_on", "reason")
	zone := b.settings.Zone()
	var l struct {
		number, kind, status, issued, due, mrn, patient, doctor, original, currency, voided, reason string
		subtotal, discount, tax, total, credited, paid, balance                                     int64
	}
	bills := export{query: selectBills, record: billing.BillOf, columns: []any{
		&l.number, &l.kind, &l.status, &l.issued, &l.due, &l.mrn, &l.patient, &l.doctor, &l.original,
		&l.subtotal, &l.discount, &l.tax, &l.total, &l.credited, &l.paid, &l.balance, &l.currency,
		&l.voided, &l.reason,
	}}
	err = bills.each(b, r, func() {
		exponent := b.settings.ExponentOf(l.currency)
		cell := func(minor int64) csvfile.Number { return csvfile.Amount(money.Amount(minor), exponent) }
		file.Row(l.number, l.kind, l.status, dayOf(l.issued, zone), l.due, l.mrn, l.patient, l.doctor, l.original,
			cell(l.subtotal), cell(l.discount), cell(l.tax), cell(l.total),
			cell(l.credited), cell(l.paid), cell(l.balance), l.currency, dayOf(l.voided, zone), l.reason)
	})
	return file.Close(err)
}

const selectBills = `
	SELECT bills.id, bills.patient, bills.number, bills.kind, bills.status, bills.issued_at, bills.due_on,
		COALESCE(p.mrn, ''), COALESCE(p.name, ''), COALESCE(d.name, ''), COALESCE(o.number, ''),
		CAST(bills.subtotal_minor AS INTEGER), CAST(bills.discount_minor AS INTEGER), CAST(bills.tax_minor AS INTEGER),
		CAST(bills.total_minor AS INTEGER), CAST(bills.credited_minor AS INTEGER), CAST(bills.paid_minor AS INTEGER),
		CAST(bills.balance_minor AS INTEGER), bills.currency, bills.voided_at, bills.reason
	FROM bills LEFT JOIN patients p ON p.id = bills.patient LEFT JOIN doctors d ON d.id = bills.doctor
		LEFT JOIN bills o ON o.id = bills.original
	WHERE bills.issued_at >= {:from} AND bills.issued_at < {:to} ORDER BY bills.issued_at, bills.id`

// paymentsCSV is every payment and refund that was verified in a period.
func paymentsCSV(r *kit.Request) error {
	b, err := readBooks(r)
	if err != nil {
		return err
	}
	file := csvfile.New(r, b.fileName("payments"), "receipt", "number", "kind", "method", "verified_on", "recorded_on",
		"bill", "record_number", "patient", "reference", "amount", "currency")
	zone := b.settings.Zone()
	var l struct {
		receipt, number, kind, method, verified, recorded, bill, mrn, patient, reference, currency string
		amount                                                                                     int64
	}
	payments := export{query: selectPayments, record: billing.PaymentOf, columns: []any{
		&l.receipt, &l.number, &l.kind, &l.method, &l.verified, &l.recorded, &l.bill, &l.mrn, &l.patient,
		&l.reference, &l.amount, &l.currency,
	}}
	err = payments.each(b, r, func() {
		amount := csvfile.Amount(money.Amount(l.amount), b.settings.ExponentOf(l.currency))
		file.Row(l.receipt, l.number, l.kind, l.method, dayOf(l.verified, zone), dayOf(l.recorded, zone), l.bill,
			l.mrn, l.patient, l.reference, amount, l.currency)
	})
	return file.Close(err)
}

const selectPayments = `
	SELECT payments.id, payments.patient, payments.receipt, payments.number, payments.kind, payments.method,
		payments.decided_at, payments.created,
		COALESCE(b.number, ''), COALESCE(p.mrn, ''), COALESCE(p.name, ''), payments.reference,
		CAST(payments.amount_minor AS INTEGER), payments.currency
	FROM payments LEFT JOIN bills b ON b.id = payments.bill LEFT JOIN patients p ON p.id = payments.patient
	WHERE payments.status = 'verified' AND payments.decided_at >= {:from} AND payments.decided_at < {:to}
	ORDER BY payments.decided_at, payments.id`

// export is a query for the entries of a period, by its parameters from and to, in the order in which they
// entered the books. Its first two columns are the ids of the entry and of its patient.
type export struct {
	query   string
	columns []any // pointers to the other columns of the entry that is read
	record  func(app core.App, id, patient string) (*core.Record, error)
}

// each reads the entries through one cursor, and audits that they are exported: one entry
// for each patient, before the first line about them is written.
func (x export) each(b books, r *kit.Request, write func()) error {
	rows, err := r.App.ConcurrentDB().NewQuery(x.query).WithContext(r.Request.Context()).
		Bind(dbx.Params{"from": b.from, "to": b.to}).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	var id, patient string
	targets := append([]any{&id, &patient}, x.columns...)
	audited := map[string]bool{}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if !audited[patient] {
			audited[patient] = true
			exported, err := x.record(r.App, id, patient)
			if err != nil {
				return err
			}
			r.LogAccess(exported)
		}
		write()
	}
	return rows.Err()
}

// dayOf is the day of a stored instant in a zone; empty for none.
func dayOf(instant string, zone *time.Location) string {
	at, _ := types.ParseDateTime(instant) // the zero time if it is none, as in a record
	return day(at.Time(), zone)
}
