package billing

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// issueBill gives a draft its number, due date and status. The caller saves it; from then
// on it cannot change.
func issueBill(tx core.App, bill Bill, by kit.Actor) error {
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	number, err := nextNumber(tx, invoiceNumbers)
	if err != nil {
		return err
	}
	now := kit.Now(tx)
	bill.setIssued(number, now, by.ID)
	if bill.DueOn() == "" {
		bill.setDueOn(now.In(settings.Zone()).AddDate(0, 0, settings.DueDays()))
	}
	applyBalance(bill, 0, 0)
	return nil
}

// checkDueDate refuses what is not a calendar day. The field would accept any text.
func checkDueDate(bill Bill) error {
	if _, err := time.Parse(time.DateOnly, bill.DueOn()); bill.DueOn() != "" && err != nil {
		return kit.Invalid("due_on", "invalid_date", "This must be a day such as 2030-12-31.")
	}
	return nil
}

// replaceVoidBill creates a draft with the lines of a visit's bill that was voided: every
// completed visit has exactly one bill that is not void.
func replaceVoidBill(c kit.Change) error {
	tx, old := c.App, Bill{c.After}
	if old.appointment() == "" {
		return nil
	}
	bill, err := newDraft(tx, old.Patient())
	if err != nil {
		return err
	}
	bill.setVisit(old.appointment(), old.doctor())
	bill.setCurrency(old.Currency())
	bill.setOriginal(old.Id)
	oldItems, err := tx.FindRecordsByFilter("bill_items", "bill = {:bill}", "@rowid", 0, 0, dbx.Params{"bill": old.Id})
	if err != nil {
		return err
	}
	items := make([]Item, len(oldItems))
	for i, old := range oldItems {
		if items[i], err = newItem(tx, bill); err != nil {
			return err
		}
		items[i].copyFrom(Item{old})
		if err := items[i].compute(); err != nil {
			return err
		}
	}
	if err := setSums(bill, items); err != nil {
		return err
	}
	if err := saveBill(tx, bill, items); err != nil {
		return fmt.Errorf("replace %s: %w", old.Number(), err)
	}
	return nil
}

// setSums writes the sums of new items into their bill.
func setSums(bill Bill, items []Item) error {
	var sums amounts
	for _, item := range items {
		sums.add(item.line())
	}
	return sums.writeTo(bill)
}

// saveBill saves a new bill with its items.
func saveBill(tx core.App, bill Bill, items []Item) error {
	if err := tx.Save(bill.Record); err != nil {
		return err
	}
	for _, item := range items {
		if err := tx.Save(item.Record); err != nil {
			return err
		}
	}
	return nil
}
