package reports

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/csvfile"
	"hospital/internal/kit"
	"hospital/modules/audit"
)

// billCSV is the lines of a bill.
func billCSV(e *core.RequestEvent) error {
	b, err := billAsked(e)
	if err != nil {
		return err
	}
	sheet, err := csvfile.New(e, b.GetString("number")+".csv", "bill", "line", "description", "quantity", "unit", "discount", "tax_percent", "tax", "total", "currency")
	if err != nil {
		return err
	}
	for i, l := range b.lines {
		cell := func(field string) csvfile.Number { return csvfile.Amount(amountOf(l, field), b.exponent) }
		if err == nil {
			err = sheet.Row(b.GetString("number"), i+1, l.GetString("description"), l.GetInt("quantity"), cell("unit_minor"), cell("discount_minor"), csvfile.Number(percent(l)), cell("tax_minor"), cell("total_minor"), b.GetString("currency"))
		}
	}
	return sheet.Close(e, err)
}

// billsCSV is every bill and credit note that was issued on some days.
func billsCSV(e *core.RequestEvent) error {
	b, err := booksAsked(e)
	if err != nil {
		return err
	}
	sheet, err := csvfile.New(e, b.name("bills"), "number", "kind", "status", "issued_on", "due_on", "record_number", "patient", "doctor", "original",
		"subtotal", "discount", "tax", "total", "credited", "paid", "balance", "currency", "voided_on", "reason")
	if err != nil {
		return err
	}
	zone := b.settings.Zone()
	err = b.each(e, "bills", "issued_at", nil, []string{"patient", "doctor", "original"}, func(r *core.Record) error {
		exponent := b.settings.ExponentOf(r.GetString("currency"))
		cell := func(field string) csvfile.Number { return csvfile.Amount(amountOf(r, field), exponent) }
		return sheet.Row(r.GetString("number"), r.GetString("kind"), r.GetString("status"), day(r, "issued_at", zone), r.GetString("due_on"), of(r, "patient", "mrn"), of(r, "patient", "name"), of(r, "doctor", "name"), of(r, "original", "number"),
			cell("subtotal_minor"), cell("discount_minor"), cell("tax_minor"), cell("total_minor"), cell("credited_minor"), cell("paid_minor"), cell("balance_minor"), r.GetString("currency"), day(r, "voided_at", zone), r.GetString("reason"))
	})
	return sheet.Close(e, err)
}

// paymentsCSV is every payment and refund that was verified on some days.
func paymentsCSV(e *core.RequestEvent) error {
	b, err := booksAsked(e)
	if err != nil {
		return err
	}
	sheet, err := csvfile.New(e, b.name("payments"), "receipt", "number", "kind", "method", "verified_on", "recorded_on", "bill", "record_number", "patient", "reference", "amount", "currency")
	if err != nil {
		return err
	}
	zone := b.settings.Zone()
	err = b.each(e, "payments", "decided_at", dbx.HashExp{"status": "verified"}, []string{"patient", "bill"}, func(r *core.Record) error {
		return sheet.Row(r.GetString("receipt"), r.GetString("number"), r.GetString("kind"), r.GetString("method"), day(r, "decided_at", zone), day(r, "created", zone), of(r, "bill", "number"), of(r, "patient", "mrn"), of(r, "patient", "name"),
			r.GetString("reference"), csvfile.Amount(amountOf(r, "amount_minor"), b.settings.ExponentOf(r.GetString("currency"))), r.GetString("currency"))
	})
	return sheet.Close(e, err)
}

// atOnce is how many records are read at a time.
const atOnce = 500

// each goes through the records of the days that were asked for, in the order of a
// moment of theirs and from there by id, as far as the caller wants to have them.
func (b books) each(e *core.RequestEvent, collection, moment string, only dbx.Expression, relations []string, write func(*core.Record) error) error {
	at, id, named := b.from, "", map[string]bool{}
	for {
		var page []*core.Record
		q := e.App.RecordQuery(collection).WithContext(e.Request.Context()).
			AndWhere(dbx.NewExp("[["+moment+"]] >= {:at} AND [["+moment+"]] < {:to} AND ([["+moment+"]], [[id]]) > ({:at}, {:id})", dbx.Params{"at": at, "id": id, "to": b.to})).
			OrderBy(moment, "id").Limit(atOnce)
		if only != nil {
			q.AndWhere(only)
		}
		if err := q.All(&page); err != nil || len(page) == 0 {
			return err
		}
		if failed := e.App.ExpandRecords(page, relations, nil); len(failed) > 0 {
			return fmt.Errorf("what %s are of: %v", collection, failed)
		}
		for _, r := range page {
			if patient := r.GetString("patient"); !named[patient] { // one entry of the log for each
				named[patient] = true
				audit.Seen(e.App, b.actor, "export", r)
			}
			if err := write(r); err != nil {
				return err
			}
		}
		last := page[len(page)-1]
		at, id = kit.FormatInstant(last.GetDateTime(moment).Time()), last.Id
	}
}
