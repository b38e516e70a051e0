// Package modules lists what the hospital is made of.
package modules

import (
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/audit"
	"hospital/modules/billing"
	"hospital/modules/history"
	"hospital/modules/hospital"
	"hospital/modules/kit"
	"hospital/modules/notices"
	"hospital/modules/patients"
	"hospital/modules/prescriptions"
	"hospital/modules/rebooking"
	"hospital/modules/records"
	"hospital/modules/reports"
	"hospital/modules/scheduling"
	"hospital/modules/services"
	"hospital/modules/staff"
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
	records.Module,
	prescriptions.Module,
	rebooking.Module,
	notices.Module,
	billing.Module,
	reports.Module,
	history.Module,
}
