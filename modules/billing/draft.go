package billing

import (
	"cmp"
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/hospital"
)

// createBill is the rule for a bill that somebody writes by hand: a draft, or a credit
// note. The hospital's own stand as they were made.
func createBill(e *core.RecordEvent) error {
	bill, actor := e.Record, kit.ActorOf(e.Record)
	if actor.Role == kit.System {
		return e.Next()
	}
	if bill.GetString("kind") == string(CreditNote) {
		return credit(e, actor)
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	for field, why := range map[string]string{"original": "A bill takes nothing back.", "total_minor": "A bill comes to what its lines do.", "reason": "A bill needs no reason."} {
		if bill.GetString(field) != "" && bill.GetString(field) != "0" {
			return kit.Invalid(field, "credit_notes_only", why+" This is for credit notes.")
		}
	}
	if err := due(bill); err != nil {
		return err
	}
	if bill.GetString("kind") == "" {
		bill.Set("kind", string(Invoice))
	}
	bill.Load(map[string]any{"number": draftNumber(bill.Id), "status": string(Draft), "currency": settings.Currency(), "version": 1})
	return e.Next()
}

// due refuses a day that is none.
func due(bill *core.Record) error {
	day := bill.GetString("due_on")
	if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
		return kit.Invalid("due_on", "invalid_date", "This must be a day such as 2030-12-31.")
	}
	return nil
}

// createLine is the rule for a new line of a draft: of a service as the price list has
// it, or of something else with a price of its own.
func createLine(e *core.RecordEvent) error {
	item := e.Record
	if kit.ActorOf(item).Role == kit.System {
		return e.Next()
	}
	bill, err := draftOf(e.App, item)
	if err != nil {
		return err
	}
	if bill == nil {
		return e.Next() // which refuses it by name
	}
	if item.GetInt("quantity") == 0 {
		return kit.Invalid("quantity", "required", "Say how many.")
	}
	if n, err := e.App.CountRecords("bill_items", dbx.HashExp{"bill": bill.Id}); err != nil || n >= maxLines {
		return cmp.Or(err, tooMany("bill"))
	}
	if err := offered(e.App, item); err != nil {
		return err
	}
	service, err := e.App.FindRecordById("services", item.GetString("service"))
	switch {
	case errors.Is(err, sql.ErrNoRows): // none, or one that the relation refuses by name
	case err != nil:
		return err
	default:
		for _, field := range []string{"description", "unit_minor", "tax_bp"} {
			if sent := item.GetString(field); sent != "" && sent != "0" {
				return ofThePriceList(field)
			}
		}
		item.Set("description", service.GetString("name"))
		item.Set("unit_minor", service.GetInt("price_minor"))
		item.Set("tax_bp", service.GetInt("tax_bp"))
	}
	item.Set("currency", bill.GetString("currency"))
	return entered(e, bill)
}

// updateLine is the rule for a changed line of a draft.
func updateLine(e *core.RecordEvent, before *core.Record) error {
	item := e.Record
	if kit.ActorOf(item).Role == kit.System || !kit.Changed(before, item) {
		return e.Next()
	}
	bill, err := draftOf(e.App, item)
	if err != nil {
		return err
	}
	if bill == nil {
		return e.Next() // which refuses it by name
	}
	for _, field := range []string{"description", "unit_minor", "tax_bp"} {
		if item.GetString("service") != "" && item.GetString(field) != before.GetString(field) {
			return ofThePriceList(field)
		}
	}
	return entered(e, bill)
}

func ofThePriceList(field string) error {
	return kit.Invalid(field, "price_list", "The line is of a service: its name, price and tax are the price list's.")
}

// entered works a line out, stores it, and brings its bill to what all lines add up to.
func entered(e *core.RecordEvent, bill *core.Record) error {
	l := lineOf(e.Record)
	if l.Quantity < 0 || l.Unit < 0 || l.Unit > money.Max || l.TaxBP < 0 || l.TaxBP > 10_000 {
		return e.Next() // which refuses it by name
	}
	if err := l.reckon(); err != nil {
		return tooLarge("quantity")
	}
	l.onto(e.Record)
	if err := e.Next(); err != nil {
		return err
	}
	sums, err := stored(e.App, bill.Id)
	if err != nil {
		return err
	}
	if err := sums.onto(bill); err != nil {
		return tooLarge("quantity")
	}
	bill.Set("version", bill.GetInt("version")+1)
	return e.App.Save(bill)
}

// draftOf is the bill of a line, when its lines may change; nil when there is none.
func draftOf(tx core.App, item *core.Record) (*core.Record, error) {
	bill, err := tx.FindRecordById("bills", item.GetString("bill"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // the relation refuses it by name
	}
	if err != nil {
		return nil, err
	}
	if bill.GetString("status") != string(Draft) {
		return nil, kit.Conflict("bill", "invalid_transition", bill.GetString("number")+" is issued: its lines do not change any more.")
	}
	if discount, err := discountOf(tx, bill.Id); err != nil || discount != nil {
		return nil, cmp.Or(err, kit.Conflict("bill", "discounted", "There is a discount on this bill. Reject it before the lines are changed."))
	}
	return bill, nil
}
