// Package statistics counts what the hospital did in a period: visits, patients, how much of the offered time was used,
// money, diagnoses and drugs. Each subject has a file with its definitions and its queries. What a day comes to is kept
// for days that are over (days.go); everything else is counted when it is asked for.
package statistics

import (
	_ "embed"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the statistics.
var Module = kit.Module{
	Name:        "statistics",
	Collections: []kit.Collection{days},
	Hooks: func(app core.App) {
		app.Cron().MustAdd("hospitalStatistics", "*/10 * * * *", func() {
			if err := KeepDays(app); err != nil {
				app.Logger().Error("keep the statistics of past days", "error", err)
			}
		})
	},
	Routes: []kit.Route{
		{Path: "GET /reports/statistics", Roles: readers, Handler: show},
	},
	Checks: []kit.Check{
		{Description: "The kept statistics of a day are those of its visits, bills and records.", Violations: wrongDays},
	},
	OpenAPI: openapi,
}

// sections say what each role reads. Doctors read of their own visits only.
var sections = map[kit.Role][]section{
	role.Admin:        {visitsSection, patientsSection, capacitySection, moneySection, clinicalSection},
	role.Doctor:       {visitsSection, patientsSection, capacitySection, moneySection, clinicalSection},
	role.Accountant:   {moneySection},
	role.Receptionist: {visitsSection, patientsSection, capacitySection},
}

var readers = []kit.Role{role.Admin, role.Doctor, role.Accountant, role.Receptionist}

type section string

const (
	visitsSection   section = "visits"
	patientsSection section = "patients"
	capacitySection section = "capacity"
	moneySection    section = "money"
	clinicalSection section = "clinical"
)
