package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/services"
)

// Item is a record of bill_items: a line of a bill. Its calculation is in line.go.
type Item struct{ *core.Record }

func findItem(tx core.App, id string) (Item, error) {
	r, err := tx.FindRecordById("bill_items", id)
	return Item{r}, err
}

// newItem returns an empty line of a bill. It is not saved yet.
func newItem(tx core.App, bill Bill) (Item, error) {
	r, err := kit.New(tx, "bill_items")
	if err != nil {
		return Item{}, err
	}
	item := Item{r}
	item.setBill(bill)
	return item, nil
}

// Description is what is billed, as it is printed.
func (i Item) Description() string { return i.GetString("description") }

// Quantity is how many are billed; 0 if the line was removed.
func (i Item) Quantity() int { return i.GetInt("quantity") }

// UnitPrice is the price of one before discount and tax, in minor units of the currency.
func (i Item) UnitPrice() money.Amount { return amountOf(i.Record, "unit_minor") }

// Discount is the discount on the whole line, in minor units.
func (i Item) Discount() money.Amount { return amountOf(i.Record, "discount_minor") }

// TaxBP is the tax rate in basis points: 700 is 7 %.
func (i Item) TaxBP() int { return i.GetInt("tax_bp") }

// Tax is the tax on the line, in minor units.
func (i Item) Tax() money.Amount { return amountOf(i.Record, "tax_minor") }

// Total is the line with discount and tax, in minor units.
func (i Item) Total() money.Amount { return amountOf(i.Record, "total_minor") }

func (i Item) bill() string    { return i.GetString("bill") }
func (i Item) service() string { return i.GetString("service") }

func (i Item) setBill(bill Bill) {
	i.Set("bill", bill.Id)
	i.setCurrency(bill.Currency())
}

func (i Item) setCurrency(currency string) { i.Set("currency", currency) }
func (i Item) setQuantity(quantity int)    { i.Set("quantity", quantity) }

// line is what the item comes to, as it is stored.
func (i Item) line() line {
	return line{
		ID:       i.Id,
		Quantity: int64(i.Quantity()),
		Unit:     i.UnitPrice(),
		Discount: i.Discount(),
		TaxBP:    int64(i.TaxBP()),
		Tax:      i.Tax(),
		Total:    i.Total(),
	}
}

// setLine writes what was calculated; quantity, price and tax rate stay as they are.
func (i Item) setLine(l line) {
	setAmount(i.Record, "discount_minor", l.Discount)
	setAmount(i.Record, "tax_minor", l.Tax)
	setAmount(i.Record, "total_minor", l.Total)
}

// compute calculates the line and writes the result.
func (i Item) compute() error {
	l := i.line()
	err := l.compute()
	i.setLine(l)
	return err
}

// setService copies a service of the price list. Later changes of its price do not
// change the line.
func (i Item) setService(s services.Service) {
	i.Set("service", s.Id)
	i.Set("description", s.Name())
	setAmount(i.Record, "unit_minor", s.Price())
	i.Set("tax_bp", s.TaxBP())
}

// setOpening makes it the line of an opening balance. It keeps a description.
func (i Item) setOpening(total money.Amount) {
	i.setQuantity(1)
	setAmount(i.Record, "unit_minor", total)
	if i.Description() == "" {
		i.Set("description", openingText)
	}
}

// copyFrom copies what was sold from another line, without its discount.
func (i Item) copyFrom(other Item) {
	for _, field := range []string{"service", "description", "quantity", "unit_minor", "tax_bp"} {
		i.Set(field, other.Get(field))
	}
}

// setCredit makes it the line of a credit note that takes back a part of another line.
func (i Item) setCredit(of Item, net, tax money.Amount) {
	for _, field := range []string{"service", "description", "tax_bp"} {
		i.Set(field, of.Get(field))
	}
	i.Set("credits", of.Id)
	i.setQuantity(1)
	setAmount(i.Record, "unit_minor", net)
	i.setLine(line{Tax: tax, Total: net + tax})
}

// priceListFields are the fields that the price list decides when a line has a service.
var priceListFields = []string{"description", "unit_minor", "tax_bp"}

// sentPriceListField is the first of these fields that a client sent, valid or not.
func (i Item) sentPriceListField() string {
	for _, field := range priceListFields {
		if sent := i.GetString(field); sent != "" && sent != "0" {
			return field
		}
	}
	return ""
}

// changedPriceListField is the first of these fields that differs from another state.
func (i Item) changedPriceListField(before Item) string {
	for _, field := range priceListFields {
		if i.GetString(field) != before.GetString(field) {
			return field
		}
	}
	return ""
}
