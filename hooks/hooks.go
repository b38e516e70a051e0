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

// reactions is what follows what. It runs from top to bottom.
var reactions = []kit.Follow{
	{accounts.Registered, []kit.Reaction{patients.Enrol, staff.Apply}},
	{accounts.Joined, []kit.Reaction{staff.Appoint}},
	{accounts.Activated, []kit.Reaction{staff.SetActive(true)}},
	{accounts.Halted, []kit.Reaction{staff.SetActive(false)}},
	{accounts.RoleChanged, []kit.Reaction{staff.Leave}},
	{scheduling.TimeOffChanged, []kit.Reaction{appointments.AddAffectedVisits}},
	{appointments.WasApproved, []kit.Reaction{joinCareTeam}},
	{appointments.MovedByHospital, []kit.Reaction{notices.TellMoved}},
	{appointments.CancelledByHospital, []kit.Reaction{notices.TellCancelled}},
	{appointments.WasStarted, []kit.Reaction{clinical.OpenEncounter}},
	{appointments.WasCompleted, []kit.Reaction{billing.BillVisit}},
	{appointments.WasCancelled, []kit.Reaction{prescriptions.CancelDrafts}},
	{patients.EmergencyAccess, []kit.Reaction{notices.AlertAdmins}},
}

// Register binds every reaction.
func Register(app core.App) { kit.React(app, reactions) }
