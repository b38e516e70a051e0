package hooks

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

// joinCareTeam gives the doctor of an approved visit access to the patient's record, from the
// hospital's care_team_lead_days before the visit until its care_team_days after it.
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
	starts, ends := visit.Starts().Add(-settings.CareTeamLead()), visit.Ends().Add(settings.CareTeam())
	return patients.OpenForVisit(tx, visit.Patient(), staff.Member{Record: doctor}.User(), visit.Id, starts, ends)
}

// leaveCareTeam takes the access that a visit gave.
func leaveCareTeam(tx core.App, visit *core.Record) error { return patients.EndForVisit(tx, visit.Id) }
