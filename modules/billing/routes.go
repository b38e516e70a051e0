package billing

import (
	"net/http"
	"time"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
	"hospital/modules/patients"
	"hospital/modules/scheduling"
)

var (
	statementReaders = []kit.Role{role.Patient, role.Receptionist, role.Accountant, role.Admin}
	dayCloseReaders  = []kit.Role{role.Receptionist, role.Accountant, role.Admin}
)

// maxDays is how many days a statement or a report covers at most: three years.
const maxDays = 1100

func getStatement(r *kit.Request) error {
	settings, err := hospital.Of(r.App)
	if err != nil {
		return err
	}
	first, last, err := QueryPeriod(r, settings)
	if err != nil {
		return err
	}
	csv, err := wantsCSV(r)
	if err != nil {
		return err
	}
	s, err := newStatement(r.App, patients.Patient{Record: r.Record}, settings, first, last)
	if err != nil {
		return err
	}
	if csv {
		return s.csv(r, settings.Zone())
	}
	return r.JSON(http.StatusOK, s)
}

// QueryPeriod is the days of the query, from and to: by default this month until today.
func QueryPeriod(r *kit.Request, settings hospital.Settings) (first, last time.Time, err error) {
	today := scheduling.Today(kit.Now(r.App), settings.Zone())
	if last, err = r.QueryDay("to", today); err != nil {
		return first, last, err
	}
	if first, err = r.QueryDay("from", today.AddDate(0, 0, 1-today.Day())); err != nil {
		return first, last, err
	}
	switch days := int(last.Sub(first).Hours()/24) + 1; {
	case days < 1:
		return first, last, kit.Invalid("to", "ends_before_starts", "The last day must not be before the first.")
	case days > maxDays:
		return first, last, kit.Invalid("to", "too_many_days", "Choose at most three years.")
	}
	return first, last, nil
}

// wantsCSV reads the format of the query.
func wantsCSV(r *kit.Request) (bool, error) {
	switch r.Request.URL.Query().Get("format") {
	case "", "json":
		return false, nil
	case "csv":
		return true, nil
	}
	return false, kit.Invalid("format", "unknown_format", "This must be json or csv.")
}

// getDayClose shows receptionists only what they recorded themselves.
func getDayClose(r *kit.Request) error {
	settings, err := hospital.Of(r.App)
	if err != nil {
		return err
	}
	day, err := r.QueryDay("date", scheduling.Today(kit.Now(r.App), settings.Zone()))
	if err != nil {
		return err
	}
	csv, err := wantsCSV(r)
	if err != nil {
		return err
	}
	only := ""
	if r.Caller.Role == role.Receptionist {
		only = r.Caller.ID
	}
	c, err := newDayClose(r.App, settings, day, only)
	if err != nil {
		return err
	}
	if csv {
		return c.csv(r)
	}
	return r.JSON(http.StatusOK, c)
}

// Period is a period of days in the hospital's zone as instants: from is the start of
// the first day, to the end of the last (exclusive).
func Period(first, last time.Time, zone *time.Location) (from, to string) {
	from = kit.FormatInstant(scheduling.StartOfDay(first, zone))
	return from, kit.FormatInstant(scheduling.StartOfDay(last.AddDate(0, 0, 1), zone))
}
