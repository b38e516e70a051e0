package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/kit"
)

// BillVisit writes the one bill of a completed visit: the doctor's consultation,
// at today's price. It runs in the transaction of the completion; without a bill
// there is no completion.
func BillVisit(tx core.App, completed *core.Record) error {
	visit := appointments.Appointment{Record: completed}
	doctor, err := tx.FindRecordById("doctors", visit.Doctor())
	if err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	service, err := tx.FindRecordById("services", doctor.GetString("consultation"))
	if err != nil {
		return kit.Conflict("status", "no_price", "The bill cannot be written: "+doctor.GetString("name")+" has no consultation in the price list. Ask an admin to set one.")
	}
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	price := kit.Money(service.GetInt("price_minor"))
	tax, err := price.Portion(int64(service.GetInt("tax_bp")))
	if err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	now := kit.Now(tx)
	number, err := nextNumber(tx, "INV", now.In(settings.Zone()).Year())
	if err != nil {
		return err
	}

	bill, err := kit.New(tx, "bills")
	if err != nil {
		return err
	}
	bill.Load(map[string]any{
		"number": number, "appointment": visit.Id, "patient": visit.Patient(), "doctor": visit.Doctor(),
		"currency": settings.Currency(), "issued_at": now, "version": 1,
		"subtotal_minor": int64(price), "tax_minor": int64(tax), "total_minor": int64(price + tax),
	})
	settle(bill, 0)
	if err := tx.Save(bill); err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}

	line, err := kit.New(tx, "bill_items")
	if err != nil {
		return err
	}
	line.Load(map[string]any{
		"bill": bill.Id, "service": service.Id, "description": service.GetString("name"), "quantity": 1,
		"unit_minor": int64(price), "tax_bp": service.GetInt("tax_bp"), "tax_minor": int64(tax), "total_minor": int64(price + tax),
	})
	if err := tx.Save(line); err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	return nil
}

// settle derives a bill's balance and status from what has been paid. It is the
// only place that does.
func settle(bill *core.Record, paid kit.Money) {
	total := kit.Money(bill.GetInt("total_minor"))
	status := Unpaid
	switch {
	case paid == total:
		status = Paid
	case paid > 0:
		status = PartiallyPaid
	}
	bill.Set("paid_minor", int64(paid))
	bill.Set("balance_minor", int64(total-paid))
	bill.Set("status", string(status))
}

// sum adds the payments of a bill that have a status.
func sum(tx core.App, bill string, status PaymentStatus) (kit.Money, error) {
	var total int64
	err := tx.DB().NewQuery(`SELECT COALESCE(SUM(CAST(amount_minor AS INTEGER)), 0) FROM payments WHERE bill = {:bill} AND status = {:status}`).
		Bind(dbx.Params{"bill": bill, "status": string(status)}).Row(&total)
	return kit.Money(total), err
}

func nextNumber(tx core.App, series string, year int) (string, error) {
	series = fmt.Sprintf("%s-%d", series, year)
	n, err := hospital.NextNumber(tx, series)
	return fmt.Sprintf("%s-%06d", series, n), err
}
