package hooks

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

// joinCareTeam opens the patient's record to the doctor of an approved visit,
// until some time after it.
func joinCareTeam(tx core.App, approved *core.Record) error {
	visit := appointments.Appointment{Record: approved}
	doctor, err := tx.FindRecordById("doctors", visit.Doctor())
	if err != nil {
		return fmt.Errorf("care team of %s: %w", visit.Number(), err)
	}
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	return patients.JoinCareTeam(tx, visit.Patient(), staff.Member{Record: doctor}.User(), patients.Appointment, visit.Ends().Add(settings.CareTeam()))
}
