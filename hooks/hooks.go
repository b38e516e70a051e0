// Package hooks connects the modules: what one module does after an event in another, in the
// transaction of the event.
package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/billing"
	"hospital/modules/clinical"
	"hospital/modules/hospital"
	"hospital/modules/notices"
	"hospital/modules/patients"
	"hospital/modules/prescriptions"
	"hospital/modules/scheduling"
	"hospital/modules/staff"
)

// reactions run from top to bottom.
var reactions = []kit.Follow{
	{accounts.Registered, []kit.Reaction{patients.CreateFromRegistration, staff.CreateFromRegistration}},
	{accounts.InvitationAccepted, []kit.Reaction{staff.CreateFromInvitation}},
	{accounts.WasActivated, []kit.Reaction{staff.SetActive(true)}},
	{accounts.WasSuspended, []kit.Reaction{staff.SetActive(false)}},
	{accounts.RoleChanged, []kit.Reaction{staff.DeactivateOldRole}},
	{scheduling.TimeOffChanged, []kit.Reaction{appointments.AddAffectedVisits}},
	{hospital.CurrencyChanged, []kit.Reaction{billing.RefuseOpenBalances}},
	{appointments.ApprovalEnded, []kit.Reaction{leaveCareTeam}},
	{appointments.TimeApproved, []kit.Reaction{joinCareTeam}},
	{appointments.MovedByHospital, []kit.Reaction{notices.NotifyMoved}},
	{appointments.CancelledByHospital, []kit.Reaction{notices.NotifyCancelled}},
	{appointments.WasStarted, []kit.Reaction{clinical.OpenEncounter}},
	{appointments.WasCompleted, []kit.Reaction{billing.BillVisit}},
	{appointments.WasCancelled, []kit.Reaction{prescriptions.CancelDrafts}},
	{patients.AccountChanged, []kit.Reaction{notices.NotifyAccounts}},
	{patients.EmergencyAccessOpened, []kit.Reaction{notices.AlertAdmins}},
}

// Register binds every reaction.
func Register(app core.App) { kit.React(app, reactions) }
