package reports

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/internal/csvfile"
	"hospital/internal/kit"
	"hospital/internal/money"
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
		number, kind, status, due, mrn, patient, doctor, original, currency, voided, reason string
		subtotal, discount, tax, total, credited, paid, balance                             int64
	}
	bills := export{collection: "bills", query: selectBills, columns: []any{
		&l.number, &l.kind, &l.status, &l.due, &l.mrn, &l.patient, &l.doctor, &l.original,
		&l.subtotal, &l.discount, &l.tax, &l.total, &l.credited, &l.paid, &l.balance, &l.currency,
		&l.voided, &l.reason,
	}}
	err = bills.each(b, r, file, func(moment string) {
		exponent := b.settings.ExponentOf(l.currency)
		cell := func(minor int64) csvfile.Number { return csvfile.Amount(money.Amount(minor), exponent) }
		file.Row(l.number, l.kind, l.status, dayOf(moment, zone), l.due, l.mrn, l.patient, l.doctor, l.original,
			cell(l.subtotal), cell(l.discount), cell(l.tax), cell(l.total),
			cell(l.credited), cell(l.paid), cell(l.balance), l.currency, dayOf(l.voided, zone), l.reason)
	})
	return file.Close(err)
}

const selectBills = `
	SELECT bills.id, bills.patient, bills.issued_at, bills.number, bills.kind, bills.status, bills.due_on,
		COALESCE(p.mrn, ''), COALESCE(p.name, ''), COALESCE(d.name, ''), COALESCE(o.number, ''),
		CAST(bills.subtotal_minor AS INTEGER), CAST(bills.discount_minor AS INTEGER), CAST(bills.tax_minor AS INTEGER),
		CAST(bills.total_minor AS INTEGER), CAST(bills.credited_minor AS INTEGER), CAST(bills.paid_minor AS INTEGER),
		CAST(bills.balance_minor AS INTEGER), bills.currency, bills.voided_at, bills.reason
	FROM bills LEFT JOIN patients p ON p.id = bills.patient LEFT JOIN doctors d ON d.id = bills.doctor
		LEFT JOIN bills o ON o.id = bills.original
	WHERE bills.issued_at >= {:at} AND bills.issued_at < {:to} AND (bills.issued_at, bills.id) > ({:at}, {:id})
	ORDER BY bills.issued_at, bills.id LIMIT {:size}`

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
		receipt, number, kind, method, recorded, bill, mrn, patient, reference, currency string
		amount                                                                           int64
	}
	payments := export{collection: "payments", query: selectPayments, columns: []any{
		&l.receipt, &l.number, &l.kind, &l.method, &l.recorded, &l.bill, &l.mrn, &l.patient,
		&l.reference, &l.amount, &l.currency,
	}}
	err = payments.each(b, r, file, func(moment string) {
		amount := csvfile.Amount(money.Amount(l.amount), b.settings.ExponentOf(l.currency))
		file.Row(l.receipt, l.number, l.kind, l.method, dayOf(moment, zone), dayOf(l.recorded, zone), l.bill,
			l.mrn, l.patient, l.reference, amount, l.currency)
	})
	return file.Close(err)
}

const selectPayments = `
	SELECT payments.id, payments.patient, payments.decided_at, payments.receipt, payments.number, payments.kind, payments.method,
		payments.created,
		COALESCE(b.number, ''), COALESCE(p.mrn, ''), COALESCE(p.name, ''), payments.reference,
		CAST(payments.amount_minor AS INTEGER), payments.currency
	FROM payments LEFT JOIN bills b ON b.id = payments.bill LEFT JOIN patients p ON p.id = payments.patient
	WHERE payments.status = 'verified' AND payments.decided_at >= {:at} AND payments.decided_at < {:to}
		AND (payments.decided_at, payments.id) > ({:at}, {:id})
	ORDER BY payments.decided_at, payments.id LIMIT {:size}`

// export is a query for a page of the entries of a period, in the order in which they entered the books. Its
// first three columns are the id of an entry, its patient, and the moment it is ordered by.
type export struct {
	collection, query string
	columns           []any // pointers to the other columns of the entry that is read
}

// pageSize is how many entries are read at a time. A page is sent when it is read, so that slow clients keep no
// connection to the database.
const pageSize = 2_000

// each reads the entries page by page, and audits that they are exported: an entry for each page, with the
// patients that were in no page before.
func (x export) each(b books, r *kit.Request, file *csvfile.Writer, write func(moment string)) error {
	at, id, audited := b.from, "", map[string]bool{}
	for {
		var exported []kit.Row
		count, err := x.page(r, dbx.Params{"at": at, "to": b.to, "id": id, "size": pageSize}, func(e kit.Row, moment string) {
			if !audited[e.Link] {
				audited[e.Link] = true
				exported = append(exported, e)
			}
			write(moment)
			at, id = moment, e.ID
		})
		r.LogAccess(exported...)
		if err != nil || file.Flush() != nil || count < pageSize {
			return err
		}
	}
}

// page reads a page of entries.
func (x export) page(r *kit.Request, params dbx.Params, read func(e kit.Row, moment string)) (count int, err error) {
	rows, err := r.App.ConcurrentDB().NewQuery(x.query).WithContext(r.Request.Context()).Bind(params).Rows()
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	e, moment := kit.Row{Collection: x.collection}, ""
	targets := append([]any{&e.ID, &e.Link, &moment}, x.columns...)
	for ; rows.Next(); count++ {
		if err := rows.Scan(targets...); err != nil {
			return count, err
		}
		read(e, moment)
	}
	return count, rows.Err()
}

// dayOf is the day of a stored instant in a zone; empty for none.
func dayOf(instant string, zone *time.Location) string {
	at, _ := types.ParseDateTime(instant) // the zero time if it is none, as in a record
	return day(at.Time(), zone)
}
