package billing

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// change is the law for what is done to a bill later: a draft is issued, a wrong
// bill is void. What is paid and credited the hospital adds up itself.
func change(e *core.RecordEvent, before *core.Record) error {
	bill, actor := e.Record, kit.ActorOf(e.Record)
	if actor.Role == kit.System {
		return e.Next()
	}
	if err := kit.CheckVersion(before, bill, "this bill"); err != nil {
		return err
	}
	if !kit.Changed(before, bill) {
		return e.Next()
	}
	did, to := "edit", Status(bill.GetString("status"))
	if !slices.Contains(statuses, to) {
		return e.Next() // which refuses an unknown status
	}
	if string(to) != before.GetString("status") {
		did = billVerb(to)
	}
	if did != "void" && bill.GetString("reason") != before.GetString("reason") {
		return kit.Invalid("reason", "not_void", "A reason is given when a bill is made void.")
	}
	if did == "void" && bill.GetString("due_on") != before.GetString("due_on") {
		return kit.Invalid("status", "one_at_a_time", "Do one thing at a time.")
	}
	if err := due(bill); err != nil {
		return err
	}
	if err := billStates.Check(did, "a bill", kit.Move{App: e.App, Actor: actor, Before: before, After: bill}); err != nil {
		return err
	}
	bill.Set("version", before.GetInt("version")+1)
	switch did {
	case "issue":
		if err := issue(e.App, bill, actor); err != nil {
			return err
		}
	case "void":
		void(e.App, bill, actor)
	}
	if err := e.Next(); err != nil {
		return err
	}
	if did == "void" && bill.GetString("appointment") != "" {
		return replace(e.App, bill)
	}
	return nil
}

// issue gives a draft its number and its day. From now on it does not change.
func issue(tx core.App, bill *core.Record, by kit.Actor) error {
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	number, err := numbered(tx, invoices)
	if err != nil {
		return err
	}
	now := kit.Now(tx)
	bill.Load(map[string]any{"number": number, "issued_at": now, "issued_by": by.ID})
	if bill.GetString("due_on") == "" {
		bill.Set("due_on", now.In(settings.Zone()).AddDate(0, 0, settings.DueDays()).Format(time.DateOnly))
	}
	stand(bill, 0, 0)
	return nil
}

// void ends a bill that should not have been. Its number stays with it.
func void(tx core.App, bill *core.Record, by kit.Actor) {
	bill.Load(map[string]any{"status": string(Void), "voided_at": kit.Now(tx), "voided_by": by.ID, "balance_minor": 0})
}

// replace leaves a draft with the same lines where the bill of a visit was made
// void, so that every completed visit has its one bill.
func replace(tx core.App, old *core.Record) error {
	bill, err := blank(tx, old.GetString("patient"))
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
		if err := l.reckon(); err != nil {
			return err
		}
		l.onto(r)
		sums.add(l)
		records = append(records, r)
	}
	if err := sums.onto(bill); err != nil {
		return err
	}
	for _, r := range records {
		if err := tx.Save(r); err != nil {
			return fmt.Errorf("replace %s: %w", old.GetString("number"), err)
		}
	}
	return nil
}
