package reports

import (
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/sheet"
)

// billCSV is the lines of a bill.
func billCSV(r *kit.Request) error {
	b, err := billOf(r.App, r.Record)
	if err != nil {
		return err
	}
	file := sheet.New(r, b.Number(), sheet.CSV, "bill", "line", "description", "quantity",
		"unit", "discount", "tax_percent", "tax", "total", "currency")
	for i, l := range b.lines {
		cell := func(amount money.Amount) sheet.Number { return sheet.Amount(amount, b.exponent) }
		file.Row(b.Number(), i+1, l.Description(), l.Quantity(), cell(l.UnitPrice()), cell(l.Discount()),
			sheet.Number(percentOf(l.TaxBP())), cell(l.Tax()), cell(l.Total()), b.Currency())
	}
	return file.Close(nil)
}
