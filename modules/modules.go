// Package modules lists what the hospital is made of.
package modules

import (
	"hospital/internal/kit"
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/audit"
	"hospital/modules/billing"
	"hospital/modules/calendar"
	"hospital/modules/clinical"
	"hospital/modules/history"
	"hospital/modules/hospital"
	"hospital/modules/imports"
	"hospital/modules/messages"
	"hospital/modules/notices"
	"hospital/modules/patients"
	"hospital/modules/prescriptions"
	"hospital/modules/rebooking"
	"hospital/modules/reports"
	"hospital/modules/scheduling"
	"hospital/modules/services"
	"hospital/modules/setup"
	"hospital/modules/staff"
	"hospital/modules/statistics"
	"hospital/modules/webhooks"
)

// All is the modules in order of dependency: one imports only those above it.
var All = []kit.Module{
	hospital.Module,
	accounts.Module,
	services.Module,
	staff.Module,
	patients.Module,
	audit.Module,
	scheduling.Module,
	appointments.Module,
	calendar.Module,
	clinical.Module,
	prescriptions.Module,
	rebooking.Module,
	webhooks.Module,
	billing.Module,
	imports.Module,
	messages.Module,
	notices.Module,
	reports.Module,
	statistics.Module,
	setup.Module,
	history.Module,
}
