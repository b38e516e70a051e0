package hooks

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

// joinCareTeam gives the doctor of an approved visit access to the patient's record, until
// the hospital's care_team_days after the visit.
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
	ends := visit.Ends().Add(settings.CareTeam())
	return patients.JoinCareTeam(tx, visit.Patient(), staff.Member{Record: doctor}.User(), patients.Appointment, ends)
}
