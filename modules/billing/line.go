package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
)

// line is what a line of a bill comes to: so many of something, less its part of
// a discount, and the tax on that.
type line struct {
	ID       string       `db:"id"`
	Quantity int64        `db:"quantity"`
	Unit     money.Amount `db:"unit_minor"`
	Discount money.Amount `db:"discount_minor"`
	TaxBP    int64        `db:"tax_bp"`
	Tax      money.Amount `db:"tax_minor"`
	Total    money.Amount `db:"total_minor"`
}

func lineOf(r *core.Record) line {
	return line{r.Id, int64(r.GetInt("quantity")), amountOf(r, "unit_minor"), amountOf(r, "discount_minor"), int64(r.GetInt("tax_bp")), amountOf(r, "tax_minor"), amountOf(r, "total_minor")}
}

func amountOf(r *core.Record, field string) money.Amount { return money.Amount(r.GetInt(field)) }

// net is the line before tax.
func (l line) net() money.Amount { return money.Amount(l.Quantity)*l.Unit - l.Discount }

// compute works out the tax, rounded half up, and the total.
func (l *line) compute() error {
	if _, err := l.Unit.Times(l.Quantity); err != nil {
		return err
	}
	tax, err := l.net().Portion(l.TaxBP)
	l.Tax, l.Total = tax, l.net()+tax
	return err
}

// writeTo writes what was reckoned into a record.
func (l line) writeTo(r *core.Record) {
	r.Set("discount_minor", int64(l.Discount))
	r.Set("tax_minor", int64(l.Tax))
	r.Set("total_minor", int64(l.Total))
}

// linesOf are the lines of a bill, in the order in which they were written.
func linesOf(tx core.App, bill string) (lines []line, err error) {
	err = tx.DB().NewQuery(`SELECT id, CAST(quantity AS INTEGER) AS quantity, CAST(unit_minor AS INTEGER) AS unit_minor, CAST(discount_minor AS INTEGER) AS discount_minor,
			CAST(tax_bp AS INTEGER) AS tax_bp, CAST(tax_minor AS INTEGER) AS tax_minor, CAST(total_minor AS INTEGER) AS total_minor
		FROM bill_items WHERE bill = {:bill} ORDER BY _rowid_`).Bind(dbx.Params{"bill": bill}).All(&lines)
	return lines, err
}

// allocateDiscount are lines less a discount on all of them. Its parts add up to it, to
// the unit.
func allocateDiscount(lines []line, off money.Amount) ([]line, error) {
	less := make([]line, len(lines))
	bare := make([]money.Amount, len(lines))
	for i, l := range lines {
		l.Discount = 0
		less[i], bare[i] = l, l.net()
	}
	for i, part := range off.Allocate(bare) {
		less[i].Discount = part
		if err := less[i].compute(); err != nil {
			return nil, err
		}
	}
	return less, nil
}

// amounts are what the lines of a bill add up to.
type amounts struct {
	Subtotal money.Amount `db:"subtotal_minor"`
	Discount money.Amount `db:"discount_minor"`
	Tax      money.Amount `db:"tax_minor"`
	Total    money.Amount `db:"total_minor"`
}

func (a *amounts) add(l line) {
	a.Subtotal += money.Amount(l.Quantity) * l.Unit
	a.Discount += l.Discount
	a.Tax += l.Tax
	a.Total += l.Total
}

// sumOfLines are the amounts of the lines that a bill has in the database.
func sumOfLines(tx core.App, bill string) (a amounts, err error) {
	err = tx.DB().NewQuery(`SELECT COALESCE(SUM(CAST(quantity AS INTEGER) * CAST(unit_minor AS INTEGER)), 0) AS subtotal_minor, COALESCE(SUM(CAST(discount_minor AS INTEGER)), 0) AS discount_minor,
			COALESCE(SUM(CAST(tax_minor AS INTEGER)), 0) AS tax_minor, COALESCE(SUM(CAST(total_minor AS INTEGER)), 0) AS total_minor
		FROM bill_items WHERE bill = {:bill}`).Bind(dbx.Params{"bill": bill}).One(&a)
	return a, err
}

// writeTo writes the amounts into a bill. A thousand lines of the largest amount are
// far from an overflow, and further than a bill may go.
func (a amounts) writeTo(bill *core.Record) error {
	if most := max(a.Subtotal, a.Total); most > money.Max {
		return fmt.Errorf("a bill of %d exceeds the largest amount", most)
	}
	bill.Load(map[string]any{"subtotal_minor": int64(a.Subtotal), "discount_minor": int64(a.Discount), "tax_minor": int64(a.Tax), "total_minor": int64(a.Total)})
	return nil
}
