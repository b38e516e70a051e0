package billing

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/hospital"
	"hospital/modules/kit"
)

var paymentStates = kit.States{
	{"verify", []string{string(Pending)}, string(Verified), []kit.Role{kit.Accountant, kit.Admin}, nil},
	{"reject", []string{string(Pending)}, string(Refused), []kit.Role{kit.Accountant, kit.Admin}, nil},
	{"edit", []string{string(Pending)}, "", []kit.Role{kit.Accountant, kit.Admin}, nil},
}

// verbs lead to a status.
var verbs = map[PaymentStatus]string{Verified: "verify", Refused: "reject", Pending: "reopen"}

func hooks(app core.App) {
	kit.OnCreate(app, "payments", receive)
	kit.OnUpdate(app, "payments", decide)
}

// receive is the law for a new payment: it is pending, and together with the
// other pending ones it does not exceed what is owed.
func receive(e *core.RecordEvent) error {
	p, actor := e.Record, kit.ActorOf(e.Record)
	bill, err := e.App.FindRecordById("bills", p.GetString("bill"))
	if errors.Is(err, sql.ErrNoRows) {
		return kit.Invalid("bill", "not_found", "There is no such bill.")
	}
	if err != nil {
		return err
	}
	pending, err := sum(e.App, bill.Id, Pending)
	if err != nil {
		return err
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	if open := kit.Money(bill.GetInt("balance_minor")) - pending; kit.Money(p.GetInt("amount_minor")) > open {
		return kit.Conflict("amount_minor", "exceeds_balance", fmt.Sprintf("Only %s is still open on this bill, counting payments that wait to be verified.", settings.Format(open)))
	}
	number, err := nextNumber(e.App, "PAY", kit.Now(e.App).In(settings.Zone()).Year())
	if err != nil {
		return err
	}
	p.Load(map[string]any{"number": number, "patient": bill.GetString("patient"), "status": string(Pending), "recorded_by": actor.ID, "version": 1})
	return e.Next()
}

// decide is the law for verifying and rejecting; the bill follows in the same
// transaction.
func decide(e *core.RecordEvent, before *core.Record) error {
	p, actor := e.Record, kit.ActorOf(e.Record)
	if p.GetInt("version") != before.GetInt("version") {
		return kit.Conflict("version", "stale_version", "Somebody else changed this payment in the meantime. Load it again.")
	}
	did, known := verbs[PaymentStatus(p.GetString("status"))]
	if !kit.Changed(before, p) || !known {
		return e.Next() // which refuses an unknown status
	}
	if p.GetString("status") == before.GetString("status") {
		did = "edit"
	} else {
		p.Set("decided_by", actor.ID)
		p.Set("decided_at", kit.Now(e.App))
	}
	if err := paymentStates.Check(did, "a payment", kit.Move{App: e.App, Actor: actor, Before: before, After: p}); err != nil {
		return err
	}
	p.Set("version", before.GetInt("version")+1)
	if err := e.Next(); err != nil {
		return err
	}
	if did != "verify" {
		return nil
	}
	bill, err := e.App.FindRecordById("bills", p.GetString("bill"))
	if err != nil {
		return fmt.Errorf("settle the bill of %s: %w", p.GetString("number"), err)
	}
	paid, err := sum(e.App, bill.Id, Verified)
	if err != nil {
		return err
	}
	settle(bill, paid)
	bill.Set("version", bill.GetInt("version")+1)
	return e.App.Save(bill)
}
