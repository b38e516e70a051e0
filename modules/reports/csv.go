package reports

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/csvfile"
	"hospital/internal/kit"
)

// billCSV is the lines of a bill.
func billCSV(r *kit.Request) error {
	b, err := billOf(r.App, r.Record)
	if err != nil {
		return err
	}
	number, currency := b.GetString("number"), b.GetString("currency")
	file := csvfile.New(r, number+".csv", "bill", "line", "description", "quantity",
		"unit", "discount", "tax_percent", "tax", "total", "currency")
	for i, l := range b.lines {
		cell := func(field string) csvfile.Number { return csvfile.Amount(amountOf(l, field), b.exponent) }
		file.Row(number, i+1, l.GetString("description"), l.GetInt("quantity"),
			cell("unit_minor"), cell("discount_minor"), csvfile.Number(percent(l)),
			cell("tax_minor"), cell("total_minor"), currency)
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
	export := export{"bills", "issued_at", nil, []string{"patient", "doctor", "original"}}
	err = b.each(r, export, func(bill *core.Record) {
		currency := bill.GetString("currency")
		exponent := b.settings.ExponentOf(currency)
		cell := func(field string) csvfile.Number { return csvfile.Amount(amountOf(bill, field), exponent) }
		file.Row(bill.GetString("number"), bill.GetString("kind"), bill.GetString("status"),
			day(bill, "issued_at", zone), bill.GetString("due_on"),
			related(bill, "patient", "mrn"), related(bill, "patient", "name"),
			related(bill, "doctor", "name"), related(bill, "original", "number"),
			cell("subtotal_minor"), cell("discount_minor"), cell("tax_minor"), cell("total_minor"),
			cell("credited_minor"), cell("paid_minor"), cell("balance_minor"), currency,
			day(bill, "voided_at", zone), bill.GetString("reason"))
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
	export := export{"payments", "decided_at", dbx.HashExp{"status": "verified"}, []string{"patient", "bill"}}
	err = b.each(r, export, func(payment *core.Record) {
		currency := payment.GetString("currency")
		amount := csvfile.Amount(amountOf(payment, "amount_minor"), b.settings.ExponentOf(currency))
		file.Row(payment.GetString("receipt"), payment.GetString("number"),
			payment.GetString("kind"), payment.GetString("method"),
			day(payment, "decided_at", zone), day(payment, "created", zone),
			related(payment, "bill", "number"), related(payment, "patient", "mrn"), related(payment, "patient", "name"),
			payment.GetString("reference"), amount, currency)
	})
	return file.Close(err)
}

// export is which records are exported, ordered by the moment at which they entered
// the books, and the relations that are read with them.
type export struct {
	collection, moment string
	where              dbx.Expression // nil for all
	relations          []string
}

// pageSize is how many records are read at a time.
const pageSize = 500

// each reads the records of the period page by page, and audits that they are
// exported: one entry for each patient.
func (b books) each(r *kit.Request, x export, write func(*core.Record)) error {
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
		if failed := r.App.ExpandRecords(page, x.relations, nil); len(failed) > 0 {
			return fmt.Errorf("read relations of %s: %v", x.collection, failed)
		}
		for _, record := range page {
			if patient := record.GetString("patient"); !audited[patient] {
				audited[patient] = true
				r.LogAccess(record)
			}
			write(record)
		}
		last := page[len(page)-1]
		at, id = kit.FormatInstant(last.GetDateTime(x.moment).Time()), last.Id
	}
}
