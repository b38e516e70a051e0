package reports

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/csvfile"
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/billing"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

// billCSV is the lines of a bill.
func billCSV(r *kit.Request) error {
	b, err := billOf(r.App, r.Record)
	if err != nil {
		return err
	}
	file := csvfile.New(r, b.Number()+".csv", "bill", "line", "description", "quantity",
		"unit", "discount", "tax_percent", "tax", "total", "currency")
	for i, l := range b.lines {
		cell := func(amount money.Amount) csvfile.Number { return csvfile.Amount(amount, b.exponent) }
		file.Row(b.Number(), i+1, l.Description(), l.Quantity(), cell(l.UnitPrice()), cell(l.Discount()),
			csvfile.Number(percent(l.TaxBP())), cell(l.Tax()), cell(l.Total()), b.Currency())
	}
	return file.Close(nil)
}

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
	bills := export[billing.Bill]{
		collection: "bills", moment: "issued_at", expand: billing.ExpandBills,
		record: func(r *core.Record) billing.Bill { return billing.Bill{Record: r} }, at: billing.Bill.IssuedAt,
	}
	err = each(b, r, bills, func(bill billing.Bill) {
		exponent := b.settings.ExponentOf(bill.Currency())
		cell := func(amount money.Amount) csvfile.Number { return csvfile.Amount(amount, exponent) }
		file.Row(bill.Number(), string(bill.Kind()), string(bill.Status()), day(bill.IssuedAt(), zone), bill.DueOn(),
			related(bill.ExpandedPatient, patients.Patient.MRN), related(bill.ExpandedPatient, patients.Patient.Name),
			related(bill.ExpandedDoctor, staff.Doctor.Name), related(bill.ExpandedOriginal, billing.Bill.Number),
			cell(bill.Subtotal()), cell(bill.Discount()), cell(bill.Tax()), cell(bill.Total()),
			cell(bill.Credited()), cell(bill.Paid()), cell(bill.Balance()), bill.Currency(),
			day(bill.VoidedAt(), zone), bill.Reason())
	})
	return file.Close(err)
}

// paymentsCSV is every payment and refund that was verified in a period.
func paymentsCSV(r *kit.Request) error {
	b, err := readBooks(r)
	if err != nil {
		return err
	}
	file := csvfile.New(r, b.fileName("payments"), "receipt", "number", "kind", "method", "verified_on", "recorded_on",
		"bill", "record_number", "patient", "reference", "amount", "currency")
	zone := b.settings.Zone()
	payments := export[billing.Payment]{
		collection: "payments", moment: "decided_at", where: dbx.HashExp{"status": "verified"},
		expand: billing.ExpandPayments,
		record: func(r *core.Record) billing.Payment { return billing.Payment{Record: r} }, at: billing.Payment.DecidedAt,
	}
	err = each(b, r, payments, func(p billing.Payment) {
		amount := csvfile.Amount(p.Amount(), b.settings.ExponentOf(p.Currency()))
		file.Row(p.Receipt(), p.Number(), string(p.Kind()), p.Method(),
			day(p.DecidedAt(), zone), day(p.Created(), zone), related(p.ExpandedBill, billing.Bill.Number),
			related(p.ExpandedPatient, patients.Patient.MRN), related(p.ExpandedPatient, patients.Patient.Name),
			p.Reference(), amount, p.Currency())
	})
	return file.Close(err)
}

// bookEntry is a typed record that is exported.
type bookEntry interface{ Patient() string }

// export is which records are exported, ordered by the moment at which they entered the books.
type export[T bookEntry] struct {
	collection, moment string         // moment is the column
	where              dbx.Expression // nil for all
	expand             func(app core.App, page ...*core.Record) error
	record             func(*core.Record) T
	at                 func(T) time.Time // the moment of a record
}

// pageSize is how many records are read at a time.
const pageSize = 500

// each reads the records of the period page by page, and audits that they are
// exported: one entry for each patient.
func each[T bookEntry](b books, r *kit.Request, x export[T], write func(T)) error {
	at, id, audited := b.from, "", map[string]bool{}
	for {
		var page []*core.Record
		q := r.App.RecordQuery(x.collection).WithContext(r.Request.Context()).
			AndWhere(dbx.NewExp("[["+x.moment+"]] >= {:at} AND [["+x.moment+"]] < {:to}", dbx.Params{"at": at, "to": b.to})).
			AndWhere(dbx.NewExp("([["+x.moment+"]], [[id]]) > ({:at}, {:id})", dbx.Params{"at": at, "id": id})).
			OrderBy(x.moment, "id").Limit(pageSize)
		if x.where != nil {
			q.AndWhere(x.where)
		}
		if err := q.All(&page); err != nil || len(page) == 0 {
			return err
		}
		if err := x.expand(r.App, page...); err != nil {
			return err
		}
		for _, found := range page {
			record := x.record(found)
			if patient := record.Patient(); !audited[patient] {
				audited[patient] = true
				r.LogAccess(found)
			}
			write(record)
			at, id = kit.FormatInstant(x.at(record)), found.Id
		}
	}
}
