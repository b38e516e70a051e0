package billing

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// issueBill gives a draft its number and its day. From now on it does not change.
func issueBill(tx core.App, bill *core.Record, by kit.Actor) error {
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	number, err := nextNumber(tx, invoiceNumbers)
	if err != nil {
		return err
	}
	now := kit.Now(tx)
	bill.Load(map[string]any{"number": number, "issued_at": now, "issued_by": by.ID})
	if bill.GetString("due_on") == "" {
		bill.Set("due_on", now.In(settings.Zone()).AddDate(0, 0, settings.DueDays()).Format(time.DateOnly))
	}
	applyBalance(bill, 0, 0)
	return nil
}

// replaceVoidBill leaves a draft with the same lines where the bill of a visit was made
// void, so that every completed visit has its one bill.
func replaceVoidBill(c kit.Change) error {
	tx, old := c.App, c.After
	if old.GetString("appointment") == "" {
		return nil
	}
	bill, err := newDraft(tx, old.GetString("patient"))
	if err != nil {
		return err
	}
	for _, field := range []string{"appointment", "doctor", "currency"} {
		bill.Set(field, old.GetString(field))
	}
	bill.Set("original", old.Id)
	was, err := tx.FindRecordsByFilter("bill_items", "bill = {:bill}", "@rowid", 0, 0, dbx.Params{"bill": old.Id})
	if err != nil {
		return err
	}
	records := []*core.Record{bill}
	var sums amounts
	for _, w := range was {
		r, err := kit.New(tx, "bill_items")
		if err != nil {
			return err
		}
		for _, field := range []string{"service", "description", "quantity", "currency", "unit_minor", "tax_bp"} {
			r.Set(field, w.Get(field))
		}
		r.Set("bill", bill.Id)
		l := lineOf(r)
		if err := l.compute(); err != nil {
			return err
		}
		l.writeTo(r)
		sums.add(l)
		records = append(records, r)
	}
	if err := sums.writeTo(bill); err != nil {
		return err
	}
	for _, r := range records {
		if err := tx.Save(r); err != nil {
			return fmt.Errorf("replace %s: %w", old.GetString("number"), err)
		}
	}
	return nil
}
