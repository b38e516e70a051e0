package reports

import (
	"hospital/internal/csvfile"
	"hospital/internal/kit"
	"hospital/internal/money"
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
