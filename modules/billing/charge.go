package billing

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// createCharge is the rule for a new charge: it is of a visit that is going to be billed.
func createCharge(e *core.RecordEvent) error {
	c := e.Record
	if err := chargeable(e.App, c); err != nil {
		return err
	}
	if c.GetInt("quantity") == 0 {
		return kit.Invalid("quantity", "required", "Say how many.")
	}
	if err := offered(e.App, c); err != nil {
		return err
	}
	n, err := e.App.CountRecords("charges", dbx.HashExp{"appointment": c.GetString("appointment")})
	if err != nil {
		return err
	}
	if n >= maxLines-1 { // and the consultation
		return tooMany("appointment")
	}
	c.Set("recorded_by", kit.ActorOf(c).ID)
	c.Set("version", 1)
	return e.Next()
}

// chargeable refuses a visit that is not going on: its bill is written, or never will be.
func chargeable(tx core.App, charge *core.Record) error {
	visit, err := tx.FindRecordById("appointments", charge.GetString("appointment"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the relation refuses it by name
	}
	if err != nil {
		return err
	}
	if status := (appointments.Appointment{Record: visit}).Status(); status != appointments.Approved {
		return kit.Conflict("appointment", "invalid_transition", "You cannot charge for an appointment that is "+string(status)+".")
	}
	return nil
}

// offered refuses a service that is not on the price list any more.
func offered(tx core.App, r *core.Record) error {
	service, err := tx.FindRecordById("services", r.GetString("service"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil // likewise
	}
	if err == nil && !service.GetBool("active") {
		return kit.Conflict("service", "not_offered", service.GetString("name")+" is not offered at present.")
	}
	return err
}

func tooMany(field string) error {
	return kit.Conflict(field, "too_many_lines", "A bill has at most 1000 lines.")
}
