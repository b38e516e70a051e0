package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
	"hospital/modules/services"
	"hospital/modules/staff"
)

// BillVisit creates the bill of a completed visit: the doctor's consultation and the
// charges, at today's prices. It runs in the transaction of the completion; without a bill
// the visit is not completed.
func BillVisit(tx core.App, completed *core.Record) error {
	visit := appointments.Appointment{Record: completed}
	bill, err := newDraft(tx, visit.Patient())
	if err != nil {
		return err
	}
	bill.setVisit(visit.Id, visit.Doctor())
	items, err := visitItems(tx, visit, bill)
	if err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	if err := setSums(bill, items); err != nil {
		return tooLarge("status")
	}
	if err := issueBill(tx, bill, kit.ActorOf(completed)); err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	if err := saveBill(tx, bill, items); err != nil {
		return fmt.Errorf("bill visit %s: %w", visit.Number(), err)
	}
	return nil
}

// visitItems returns the lines of a visit: the consultation, then the charges in the order
// of their creation.
func visitItems(tx core.App, visit appointments.Appointment, bill Bill) (items []Item, err error) {
	add := func(service services.Service, quantity int) error {
		item, err := newItem(tx, bill)
		if err != nil {
			return err
		}
		item.setQuantity(quantity)
		item.setService(service)
		if err := item.compute(); err != nil {
			return tooLarge("status")
		}
		items = append(items, item)
		return nil
	}
	consultation, err := consultationFor(tx, visit)
	if err != nil {
		return nil, err
	}
	if err := add(consultation, 1); err != nil {
		return nil, err
	}
	charges, err := tx.FindRecordsByFilter("charges", "appointment = {:visit} && quantity > 0", "@rowid", 0, 0,
		dbx.Params{"visit": visit.Id})
	if err != nil {
		return nil, err
	}
	for _, r := range charges {
		charge := Charge{r}
		service, err := services.Find(tx, charge.service())
		if err != nil {
			return nil, err
		}
		if err := add(service, charge.quantity()); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// consultationFor returns the service of a visit: the doctor's consultation, or the
// doctor's follow-up consultation soon after an earlier visit.
func consultationFor(tx core.App, visit appointments.Appointment) (services.Service, error) {
	doctor, err := staff.FindDoctor(tx, visit.Doctor())
	if err != nil {
		return services.Service{}, err
	}
	id := doctor.Consultation()
	if doctor.FollowUp() != "" && visit.FollowUp() {
		recent, err := isFollowUp(tx, visit, doctor.FollowUpDays())
		if err != nil {
			return services.Service{}, err
		}
		if recent {
			id = doctor.FollowUp()
		}
	}
	service, err := services.Find(tx, id)
	if err != nil {
		return service, kit.Conflict("status", "no_price", "The bill cannot be created: "+doctor.Name()+
			" has no consultation in the price list. Ask an admin to set one.")
	}
	return service, nil
}

// isFollowUp reports whether the patient completed another visit to the doctor before this
// one, at most so many days earlier.
func isFollowUp(tx core.App, visit appointments.Appointment, days int) (bool, error) {
	settings, err := hospital.Of(tx)
	if err != nil || days == 0 {
		return false, err
	}
	zone := settings.Zone()
	since := scheduling.StartOfDay(scheduling.Today(visit.Starts(), zone).AddDate(0, 0, -days), zone)
	earlier, err := tx.CountRecords("appointments",
		dbx.HashExp{
			"patient": visit.Patient(), "doctor": visit.Doctor(), "status": string(appointments.Completed),
		},
		dbx.NewExp("starts >= {:since} AND starts < {:starts}", dbx.Params{
			"since": kit.FormatInstant(since), "starts": kit.FormatInstant(visit.Starts()),
		}))
	return earlier > 0, err
}
