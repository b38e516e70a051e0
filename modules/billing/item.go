package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/services"
)

// Item is a line of a bill as it is stored; its calculation is in line.go.
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
	item.Set("bill", bill.Id)
	item.setCurrency(bill.currency())
	return item, nil
}

func (i Item) bill() string    { return i.GetString("bill") }
func (i Item) service() string { return i.GetString("service") }
func (i Item) quantity() int   { return i.GetInt("quantity") }

func (i Item) setCurrency(currency string) { i.Set("currency", currency) }
func (i Item) setQuantity(quantity int)    { i.Set("quantity", quantity) }

// line is what the item comes to, as it is stored.
func (i Item) line() line {
	return line{
		ID:       i.Id,
		Quantity: int64(i.GetInt("quantity")),
		Unit:     amountOf(i.Record, "unit_minor"),
		Discount: amountOf(i.Record, "discount_minor"),
		TaxBP:    int64(i.GetInt("tax_bp")),
		Tax:      amountOf(i.Record, "tax_minor"),
		Total:    amountOf(i.Record, "total_minor"),
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
