package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// BillVisit writes the one bill of a completed visit: the doctor's consultation
// and what was charged beside it, at today's prices. It runs in the transaction of
// the completion; without a bill there is no completion.
func BillVisit(tx core.App, completed *core.Record) error {
	visit := appointments.Appointment{Record: completed}
	bill, err := blank(tx, visit.Patient())
	if err != nil {
		return err
	}
	bill.Set("appointment", visit.Id)
	bill.Set("doctor", visit.Doctor())
	records, err := done(tx, visit, bill)
	if err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	var sums amounts
	for _, r := range records {
		sums.add(lineOf(r))
	}
	if err := sums.onto(bill); err != nil {
		return tooLarge("status")
	}
	if err := issue(tx, bill, kit.ActorOf(completed)); err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	for _, r := range append([]*core.Record{bill}, records...) {
		if err := tx.Save(r); err != nil {
			return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
		}
	}
	return nil
}

// blank is a bill of a patient on which nothing stands yet.
func blank(tx core.App, patient string) (*core.Record, error) {
	settings, err := hospital.Of(tx)
	if err != nil {
		return nil, err
	}
	bill, err := kit.New(tx, "bills")
	if err != nil {
		return nil, err
	}
	bill.Id = security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet) // lines point to it before it is stored
	bill.Load(map[string]any{"kind": string(Invoice), "status": string(Draft), "number": draftNumber(bill.Id), "patient": patient, "currency": settings.Currency(), "version": 1})
	return bill, nil
}

// draftNumber is what a bill is called that has no number yet.
func draftNumber(id string) string { return "DRAFT-" + id }

// done is the lines of a visit: the consultation first, then the charges as they
// were noted.
func done(tx core.App, visit appointments.Appointment, bill *core.Record) (lines []*core.Record, err error) {
	consultation, err := consulted(tx, visit)
	if err != nil {
		return nil, err
	}
	noted, err := tx.FindRecordsByFilter("charges", "appointment = {:visit} && quantity > 0", "@rowid", 0, 0, dbx.Params{"visit": visit.Id})
	if err != nil {
		return nil, err
	}
	add := func(service *core.Record, quantity int) error {
		r, err := kit.New(tx, "bill_items")
		if err != nil {
			return err
		}
		r.Load(map[string]any{"bill": bill.Id, "quantity": quantity, "currency": bill.GetString("currency")})
		lines = append(lines, r)
		return priced(r, service)
	}
	if err := add(consultation, 1); err != nil {
		return nil, tooLarge("status")
	}
	for _, c := range noted {
		service, err := tx.FindRecordById("services", c.GetString("service"))
		if err != nil {
			return nil, err
		}
		if err := add(service, c.GetInt("quantity")); err != nil {
			return nil, tooLarge("status")
		}
	}
	return lines, nil
}

// priced takes a service of the price list as it is today onto a line. What becomes
// of the price later does not change it.
func priced(r, service *core.Record) error {
	r.Load(map[string]any{"service": service.Id, "description": service.GetString("name"), "unit_minor": service.GetInt("price_minor"), "tax_bp": service.GetInt("tax_bp")})
	l := lineOf(r)
	err := l.reckon()
	l.onto(r)
	return err
}

// consulted is the service that a visit is billed as: the doctor's consultation, or
// what they ask for a visit that follows up an earlier one.
func consulted(tx core.App, visit appointments.Appointment) (*core.Record, error) {
	doctor, err := tx.FindRecordById("doctors", visit.Doctor())
	if err != nil {
		return nil, err
	}
	service := doctor.GetString("consultation")
	if cheaper := doctor.GetString("follow_up"); cheaper != "" && visit.FollowUp() {
		follows, err := follows(tx, visit, doctor.GetInt("follow_up_days"))
		if err != nil {
			return nil, err
		}
		if follows {
			service = cheaper
		}
	}
	r, err := tx.FindRecordById("services", service)
	if err != nil {
		return nil, kit.Conflict("status", "no_price", "The bill cannot be written: "+doctor.GetString("name")+" has no consultation in the price list. Ask an admin to set one.")
	}
	return r, nil
}

// follows says that the patient completed another visit to the doctor on the same
// day before this one, or at most so many days earlier.
func follows(tx core.App, visit appointments.Appointment, days int) (bool, error) {
	settings, err := hospital.Of(tx)
	if err != nil || days == 0 {
		return false, err
	}
	since := scheduling.StartOfDay(scheduling.Today(visit.Starts(), settings.Zone()).AddDate(0, 0, -days), settings.Zone())
	earlier, err := tx.CountRecords("appointments", dbx.HashExp{"patient": visit.Patient(), "doctor": visit.Doctor(), "status": string(appointments.Completed)},
		dbx.NewExp("starts >= {:since} AND starts < {:starts}", dbx.Params{"since": kit.FormatInstant(since), "starts": kit.FormatInstant(visit.Starts())}))
	return earlier > 0, err
}

func tooLarge(field string) error {
	return kit.Invalid(field, "too_large", "This comes to more than the largest amount there can be.")
}
