package billing

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/services"
)

// Charge is a record of charges: a service that was provided during a visit, in addition to the
// consultation.
type Charge struct{ *core.Record }

func (c Charge) appointment() string { return c.GetString("appointment") }
func (c Charge) service() string     { return c.GetString("service") }
func (c Charge) quantity() int       { return c.GetInt("quantity") }

func (c Charge) setRecorded(by string) {
	c.Set("recorded_by", by)
	c.Set("version", 1)
}

// createCharge accepts a charge while its visit is approved and not completed.
func createCharge(e *core.RecordEvent) error {
	c := Charge{e.Record}
	if err := checkVisit(e.App, c); err != nil {
		return err
	}
	if c.quantity() == 0 {
		return kit.Invalid("quantity", "required", "Enter a quantity.")
	}
	if err := checkService(e.App, c.service()); err != nil {
		return err
	}
	n, err := e.App.CountRecords("charges", dbx.HashExp{"appointment": c.appointment()})
	if err != nil {
		return err
	}
	if n >= maxLines-1 { // the consultation is a line, too
		return tooManyLines("appointment")
	}
	c.setRecorded(kit.ActorOf(c.Record).ID)
	return e.Next()
}

// checkVisit refuses a charge for a visit that is billed already or never will be.
func checkVisit(tx core.App, c Charge) error {
	visit, err := tx.FindRecordById("appointments", c.appointment())
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the relation's validation refuses it
	}
	if err != nil {
		return err
	}
	if status := (appointments.Appointment{Record: visit}).Status(); status != appointments.Approved {
		return kit.Conflict("appointment", "invalid_transition",
			"You cannot charge for an appointment that is "+string(status)+".")
	}
	return nil
}

// checkService refuses a service that is no longer on the price list.
func checkService(tx core.App, id string) error {
	service, err := services.Find(tx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the relation's validation refuses it
	}
	if err == nil && !service.Active() {
		return kit.Conflict("service", "not_offered",
			service.Name()+" is no longer on the price list. Choose another service.")
	}
	return err
}

func tooManyLines(field string) error {
	return kit.Conflict(field, "too_many_lines", "A bill has at most 1000 lines.")
}
