package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
)

// line is the calculation of a bill's line:
//
//	net   = quantity * unit - discount
//	tax   = net * rate, rounded half up
//	total = net + tax
type line struct {
	ID       string       `db:"id"`
	Quantity int64        `db:"quantity"`
	Unit     money.Amount `db:"unit_minor"`
	Discount money.Amount `db:"discount_minor"`
	TaxBP    int64        `db:"tax_bp"`
	Tax      money.Amount `db:"tax_minor"`
	Total    money.Amount `db:"total_minor"`
}

func (l line) net() money.Amount { return money.Amount(l.Quantity)*l.Unit - l.Discount }

// valid reports whether the fields accept quantity, price and tax rate.
func (l line) valid() bool {
	return l.Quantity >= 0 && l.Unit >= 0 && l.Unit <= money.Max && l.TaxBP >= 0 && l.TaxBP <= 10_000
}

// compute fills in tax and total. It fails if an amount is too large.
func (l *line) compute() error {
	if _, err := l.Unit.Times(l.Quantity); err != nil {
		return err
	}
	tax, err := l.net().Portion(l.TaxBP)
	l.Tax, l.Total = tax, l.net()+tax
	return err
}

// linesOf returns the lines of a bill in the order of their creation.
func linesOf(tx core.App, bill string) (lines []line, err error) {
	err = tx.DB().NewQuery(`
		SELECT id, CAST(quantity AS INTEGER) AS quantity, CAST(unit_minor AS INTEGER) AS unit_minor,
			CAST(discount_minor AS INTEGER) AS discount_minor, CAST(tax_bp AS INTEGER) AS tax_bp,
			CAST(tax_minor AS INTEGER) AS tax_minor, CAST(total_minor AS INTEGER) AS total_minor
		FROM bill_items WHERE bill = {:bill} ORDER BY _rowid_`).Bind(dbx.Params{"bill": bill}).All(&lines)
	return lines, err
}

// allocateDiscount returns the lines with a discount divided over them, instead of the one they had.
func allocateDiscount(lines []line, discount money.Amount) ([]line, error) {
	discounted := make([]line, len(lines))
	net := make([]money.Amount, len(lines))
	for i, l := range lines {
		l.Discount = 0
		discounted[i], net[i] = l, l.net()
	}
	for i, part := range discount.Allocate(net) {
		discounted[i].Discount = part
		if err := discounted[i].compute(); err != nil {
			return nil, err
		}
	}
	return discounted, nil
}

// amounts are the sums of a bill's lines.
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

func sumOfLines(tx core.App, bill string) (a amounts, err error) {
	err = tx.DB().NewQuery(`
		SELECT COALESCE(SUM(CAST(quantity AS INTEGER) * CAST(unit_minor AS INTEGER)), 0) AS subtotal_minor,
			COALESCE(SUM(CAST(discount_minor AS INTEGER)), 0) AS discount_minor,
			COALESCE(SUM(CAST(tax_minor AS INTEGER)), 0) AS tax_minor,
			COALESCE(SUM(CAST(total_minor AS INTEGER)), 0) AS total_minor
		FROM bill_items WHERE bill = {:bill}`).Bind(dbx.Params{"bill": bill}).One(&a)
	return a, err
}

// writeTo writes the sums into a bill. It fails if they are too large for the fields; the
// sum of 1000 lines cannot overflow an int64.
func (a amounts) writeTo(bill Bill) error {
	if largest := max(a.Subtotal, a.Total); largest > money.Max {
		return fmt.Errorf("a bill of %d exceeds the largest amount", largest)
	}
	bill.setAmounts(a)
	return nil
}
