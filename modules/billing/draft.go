package billing

import (
	"cmp"
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/services"
)

// createBill completes a bill that a person creates: a draft, or a credit note. The system
// creates the bills of visits and fills them in itself.
func createBill(e *core.RecordEvent) error {
	bill, actor := Bill{e.Record}, kit.ActorOf(e.Record)
	if actor.Role == kit.System {
		return e.Next()
	}
	if bill.Kind() == CreditNote {
		return createCreditNote(e, actor)
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		field string
		sent  bool
		why   string
	}{
		{"original", bill.original() != "", "Only a credit note refers to another bill."},
		{"total_minor", bill.hasTotal(), "The total of an invoice is the sum of its lines."},
		{"reason", bill.Reason() != "", "Only a credit note has a reason on creation."},
	} {
		if c.sent {
			return kit.Invalid(c.field, "credit_notes_only", c.why+" Leave this out.")
		}
	}
	if err := checkDueDate(bill); err != nil {
		return err
	}
	if bill.Kind() == "" {
		bill.setKind(Invoice)
	}
	bill.setDraft(settings.Currency())
	return e.Next()
}

// createLine completes a new line of a draft: a service at the price of the price list, or
// anything else at its own price.
func createLine(e *core.RecordEvent) error {
	item := Item{e.Record}
	if kit.ActorOf(item.Record).Role == kit.System {
		return e.Next()
	}
	bill, err := editableBill(e.App, item)
	if err != nil {
		return err
	}
	if bill == nil {
		return e.Next() // the relation's validation refuses it
	}
	if item.Quantity() == 0 {
		return kit.Invalid("quantity", "required", "Enter a quantity.")
	}
	if n, err := e.App.CountRecords("bill_items", dbx.HashExp{"bill": bill.Id}); err != nil || n >= maxLines {
		return cmp.Or(err, tooManyLines("bill"))
	}
	if err := checkService(e.App, item.service()); err != nil {
		return err
	}
	service, err := services.Find(e.App, item.service())
	switch {
	case errors.Is(err, sql.ErrNoRows): // no service, or the relation's validation refuses it
	case err != nil:
		return err
	default:
		if field := item.sentPriceListField(); field != "" {
			return fromPriceList(field)
		}
		item.setService(service)
	}
	item.setCurrency(bill.Currency())
	return saveLine(e, item, *bill)
}

func updateLine(e *core.RecordEvent, before *core.Record) error {
	item := Item{e.Record}
	if kit.ActorOf(item.Record).Role == kit.System || !kit.Changed(before, item.Record) {
		return e.Next()
	}
	bill, err := editableBill(e.App, item)
	if err != nil {
		return err
	}
	if bill == nil {
		return e.Next() // the relation's validation refuses it
	}
	if field := item.changedPriceListField(Item{before}); item.service() != "" && field != "" {
		return fromPriceList(field)
	}
	return saveLine(e, item, *bill)
}

func fromPriceList(field string) error {
	return kit.Invalid(field, "price_list",
		"The description, price and tax of a service come from the price list. Leave this out.")
}

// saveLine computes a line, saves it, and updates the amounts of its bill.
func saveLine(e *core.RecordEvent, item Item, bill Bill) error {
	if !item.line().valid() {
		return e.Next() // the field's validation refuses it
	}
	if err := item.compute(); err != nil {
		return tooLarge("quantity")
	}
	if err := e.Next(); err != nil {
		return err
	}
	sums, err := sumOfLines(e.App, bill.Id)
	if err != nil {
		return err
	}
	if err := sums.writeTo(bill); err != nil {
		return tooLarge("quantity")
	}
	bill.nextVersion()
	return e.App.Save(bill.Record)
}

// editableBill returns the bill of a line if its lines can change, or nil if the bill does
// not exist.
func editableBill(tx core.App, item Item) (*Bill, error) {
	bill, err := findBill(tx, item.bill())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !bill.isDraft() {
		return nil, kit.Conflict("bill", "invalid_transition",
			bill.Number()+" is issued: its lines can no longer change.")
	}
	if discount, err := activeDiscount(tx, bill.Id); err != nil || discount != nil {
		return nil, cmp.Or(err, kit.Conflict("bill", "discounted",
			"This bill has a discount. Reject the discount before you change the lines."))
	}
	return &bill, nil
}
