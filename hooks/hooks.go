// Package hooks is cause and effect between modules: what one module does because
// of what happened in another, in the same transaction.
package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/billing"
	"hospital/modules/clinical"
	"hospital/modules/notices"
	"hospital/modules/patients"
	"hospital/modules/prescriptions"
	"hospital/modules/scheduling"
	"hospital/modules/staff"
)

// Register binds every reaction.
func Register(app core.App) {
	kit.When(app, accounts.Registered, patients.Enrol, staff.Apply)
	kit.When(app, accounts.Joined, staff.Appoint)
	kit.When(app, accounts.Activated, staff.SetActive(true))
	kit.When(app, accounts.Halted, staff.SetActive(false))
	kit.When(app, accounts.RoleChanged, staff.Leave)
	kit.When(app, scheduling.WentAway, appointments.NameAffected)
	kit.When(app, appointments.WasApproved, joinCareTeam)
	kit.When(app, appointments.HospitalMoved, notices.TellMoved)
	kit.When(app, appointments.HospitalCancelled, notices.TellCancelled)
	kit.When(app, appointments.WasCompleted, billing.BillVisit)
	kit.When(app, appointments.WasStarted, clinical.Begin)
	kit.When(app, appointments.WasCancelled, prescriptions.DropDrafts)
	kit.When(app, patients.EmergencyAccess, notices.AlertAdmins)
}
