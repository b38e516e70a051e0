// Package hooks connects the modules: what one module does after an event in another, in the
// transaction of the event.
package hooks

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/billing"
	"hospital/modules/clinical"
	"hospital/modules/hospital"
	"hospital/modules/messages"
	"hospital/modules/notices"
	"hospital/modules/patients"
	"hospital/modules/prescriptions"
	"hospital/modules/scheduling"
	"hospital/modules/staff"
	"hospital/modules/webhooks"
)

// reactions run from top to bottom.
var reactions = []kit.Follow{
	{accounts.Registered, []kit.Reaction{patients.CreateFromRegistration, staff.CreateFromRegistration}},
	{accounts.InvitationAccepted, []kit.Reaction{staff.CreateFromInvitation}},
	{accounts.WasActivated, []kit.Reaction{staff.SetActive(true)}},
	{accounts.WasSuspended, []kit.Reaction{staff.SetActive(false)}},
	{accounts.RoleChanged, []kit.Reaction{staff.DeactivateOldRole}},
	{scheduling.TimeOffChanged, []kit.Reaction{appointments.AddAffectedVisits, notices.TellOfAbsence}},
	{hospital.CurrencyChanged, []kit.Reaction{billing.RefuseOpenBalances}},
	{appointments.ApprovalEnded, []kit.Reaction{leaveCareTeam, notices.StopReminders}},
	{appointments.TimeApproved, []kit.Reaction{joinCareTeam, notices.Remind}},
	{appointments.WasRequested, []kit.Reaction{notices.Notify(notices.Requested, notices.Patient),
		notices.Notify(notices.Requested, notices.Doctor)}},
	{appointments.WasApproved, []kit.Reaction{notices.Notify(notices.Confirmed, notices.Patient)}},
	{appointments.WasRejected, []kit.Reaction{notices.Notify(notices.Rejected, notices.Patient)}},
	{appointments.MovedByHospital, []kit.Reaction{notices.Notify(notices.Moved, notices.Patient)}},
	{appointments.MovedByPatient, []kit.Reaction{notices.Notify(notices.Requested, notices.Patient),
		notices.Notify(notices.Moved, notices.Doctor)}},
	{appointments.CancelledByHospital, []kit.Reaction{notices.Notify(notices.Cancelled, notices.Patient)}},
	{appointments.CancelledByPatient, []kit.Reaction{notices.Receipt(notices.Cancelled),
		notices.Notify(notices.Cancelled, notices.Doctor)}},
	{appointments.WasStarted, []kit.Reaction{clinical.OpenEncounter}},
	{appointments.WasCompleted, []kit.Reaction{billing.BillVisit}},
	{appointments.WasCancelled, []kit.Reaction{prescriptions.CancelDrafts}},
	{billing.WasIssued, []kit.Reaction{notices.Tell(notices.BillIssued)}},
	{billing.PaymentVerified, []kit.Reaction{notices.Tell(notices.PaymentVerified)}},
	{billing.PaymentRejected, []kit.Reaction{notices.Tell(notices.PaymentRejected)}},
	{clinical.DocumentShared, []kit.Reaction{notices.Tell(notices.NewDocument)}},
	{messages.WasSent, []kit.Reaction{notices.TellOfMessage}},
	{prescriptions.WasIssued, []kit.Reaction{notices.Tell(notices.NewPrescription)}},
	{patients.AccountChanged, []kit.Reaction{notices.NotifyAccounts}},
	{accounts.DoctorRegistered, []kit.Reaction{notices.AlertOfRegistration}},
	{accounts.RegistrationStored, []kit.Reaction{notices.AlertWithoutMail}},
	{patients.EmergencyAccessOpened, []kit.Reaction{notices.AlertOfEmergency}},
}

// events are what other systems are told by webhooks. They run after the reactions.
var events = []kit.Follow{
	{appointments.WasRequested, []kit.Reaction{webhooks.Tell(webhooks.AppointmentRequested)}},
	{appointments.WasApproved, []kit.Reaction{webhooks.Tell(webhooks.AppointmentApproved)}},
	{appointments.WasRejected, []kit.Reaction{webhooks.Tell(webhooks.AppointmentRejected)}},
	{appointments.MovedByHospital, []kit.Reaction{webhooks.Tell(webhooks.AppointmentRescheduled)}},
	{appointments.MovedByPatient, []kit.Reaction{webhooks.Tell(webhooks.AppointmentRescheduled)}},
	{appointments.CancelledByHospital, []kit.Reaction{webhooks.Tell(webhooks.AppointmentCancelled)}},
	{appointments.CancelledByPatient, []kit.Reaction{webhooks.Tell(webhooks.AppointmentCancelled)}},
	{appointments.WasCompleted, []kit.Reaction{webhooks.Tell(webhooks.AppointmentCompleted)}},
	{billing.WasIssued, []kit.Reaction{webhooks.Tell(webhooks.BillIssued)}},
	{billing.PaymentVerified, []kit.Reaction{webhooks.Tell(webhooks.PaymentVerified)}},
	{billing.PaymentRejected, []kit.Reaction{webhooks.Tell(webhooks.PaymentRejected)}},
	{prescriptions.WasIssued, []kit.Reaction{webhooks.Tell(webhooks.PrescriptionIssued)}},
}

// Register binds every reaction.
func Register(app core.App) { kit.React(app, slices.Concat(reactions, events)) }
