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
	sheet, err := csvfile.New(r, b.GetString("number")+".csv", "bill", "line", "description", "quantity", "unit", "discount", "tax_percent", "tax", "total", "currency")
	if err != nil {
		return err
	}
	for i, l := range b.lines {
		cell := func(field string) csvfile.Number { return csvfile.Amount(amountOf(l, field), b.exponent) }
		if err == nil {
			err = sheet.Row(b.GetString("number"), i+1, l.GetString("description"), l.GetInt("quantity"), cell("unit_minor"), cell("discount_minor"), csvfile.Number(percent(l)), cell("tax_minor"), cell("total_minor"), b.GetString("currency"))
		}
	}
	return sheet.Close(err)
}

// billsCSV is every bill and credit note that was issued on some days.
func billsCSV(r *kit.Request) error {
	b, err := booksAsked(r)
	if err != nil {
		return err
	}
	sheet, err := csvfile.New(r, b.name("bills"), "number", "kind", "status", "issued_on", "due_on", "record_number", "patient", "doctor", "original",
		"subtotal", "discount", "tax", "total", "credited", "paid", "balance", "currency", "voided_on", "reason")
	if err != nil {
		return err
	}
	zone := b.settings.Zone()
	err = b.each(r, "bills", "issued_at", nil, []string{"patient", "doctor", "original"}, func(p *core.Record) error {
		exponent := b.settings.ExponentOf(p.GetString("currency"))
		cell := func(field string) csvfile.Number { return csvfile.Amount(amountOf(p, field), exponent) }
		return sheet.Row(p.GetString("number"), p.GetString("kind"), p.GetString("status"), day(p, "issued_at", zone), p.GetString("due_on"), of(p, "patient", "mrn"), of(p, "patient", "name"), of(p, "doctor", "name"), of(p, "original", "number"),
			cell("subtotal_minor"), cell("discount_minor"), cell("tax_minor"), cell("total_minor"), cell("credited_minor"), cell("paid_minor"), cell("balance_minor"), p.GetString("currency"), day(p, "voided_at", zone), p.GetString("reason"))
	})
	return sheet.Close(err)
}

// paymentsCSV is every payment and refund that was verified on some days.
func paymentsCSV(r *kit.Request) error {
	b, err := booksAsked(r)
	if err != nil {
		return err
	}
	sheet, err := csvfile.New(r, b.name("payments"), "receipt", "number", "kind", "method", "verified_on", "recorded_on", "bill", "record_number", "patient", "reference", "amount", "currency")
	if err != nil {
		return err
	}
	zone := b.settings.Zone()
	err = b.each(r, "payments", "decided_at", dbx.HashExp{"status": "verified"}, []string{"patient", "bill"}, func(p *core.Record) error {
		return sheet.Row(p.GetString("receipt"), p.GetString("number"), p.GetString("kind"), p.GetString("method"), day(p, "decided_at", zone), day(p, "created", zone), of(p, "bill", "number"), of(p, "patient", "mrn"), of(p, "patient", "name"),
			p.GetString("reference"), csvfile.Amount(amountOf(p, "amount_minor"), b.settings.ExponentOf(p.GetString("currency"))), p.GetString("currency"))
	})
	return sheet.Close(err)
}

// atOnce is how many records are read at a time.
const atOnce = 500

// each goes through the records of the days that were asked for, in the order of a
// moment of theirs and from there by id, as far as the caller wants to have them.
func (b books) each(r *kit.Request, collection, moment string, only dbx.Expression, relations []string, write func(*core.Record) error) error {
	at, id, named := b.from, "", map[string]bool{}
	for {
		var page []*core.Record
		q := r.App.RecordQuery(collection).WithContext(r.Request.Context()).
			AndWhere(dbx.NewExp("[["+moment+"]] >= {:at} AND [["+moment+"]] < {:to} AND ([["+moment+"]], [[id]]) > ({:at}, {:id})", dbx.Params{"at": at, "id": id, "to": b.to})).
			OrderBy(moment, "id").Limit(atOnce)
		if only != nil {
			q.AndWhere(only)
		}
		if err := q.All(&page); err != nil || len(page) == 0 {
			return err
		}
		if failed := r.App.ExpandRecords(page, relations, nil); len(failed) > 0 {
			return fmt.Errorf("what %s are of: %v", collection, failed)
		}
		for _, record := range page {
			if patient := record.GetString("patient"); !named[patient] { // one audit entry for each
				named[patient] = true
				r.LogAccess(record)
			}
			if err := write(record); err != nil {
				return err
			}
		}
		last := page[len(page)-1]
		at, id = kit.FormatInstant(last.GetDateTime(moment).Time()), last.Id
	}
}
