package billing

import (
	"net/http"
	"time"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

var (
	statementReaders = []kit.Role{role.Patient, role.Receptionist, role.Accountant, role.Admin}
	dayCloseReaders  = []kit.Role{role.Receptionist, role.Accountant, role.Admin}
)

// maxDays is the longest period of a statement or report: three years.
const maxDays = 1100

func getStatement(r *kit.Request) error {
	settings, err := hospital.Of(r.App)
	if err != nil {
		return err
	}
	first, last, err := QueryDays(r, settings)
	if err != nil {
		return err
	}
	csv, err := wantsCSV(r)
	if err != nil {
		return err
	}
	s, err := newStatement(r.App, r.Record, settings, first, last)
	if err != nil {
		return err
	}
	if csv {
		return s.csv(r, settings.Zone())
	}
	return r.JSON(http.StatusOK, s)
}

// QueryDays reads the query parameters from and to. Without them the period is the current
// month until today.
func QueryDays(r *kit.Request, settings hospital.Settings) (first, last time.Time, err error) {
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

// wantsCSV reads the query parameter format.
func wantsCSV(r *kit.Request) (bool, error) {
	switch r.Request.URL.Query().Get("format") {
	case "", "json":
		return false, nil
	case "csv":
		return true, nil
	}
	return false, kit.Invalid("format", "unknown_format", "This must be json or csv.")
}

// getDayClose shows receptionists only the payments they recorded.
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
	cashier := ""
	if r.Caller.Role == role.Receptionist {
		cashier = r.Caller.ID
	}
	c, err := newDayClose(r.App, settings, day, cashier)
	if err != nil {
		return err
	}
	if csv {
		return c.csv(r)
	}
	return r.JSON(http.StatusOK, c)
}

// Period returns the instants at which the first day begins and the last day has ended.
func Period(first, last time.Time, zone *time.Location) (from, to string) {
	end := last.AddDate(0, 0, 1)
	return kit.FormatInstant(scheduling.Begins(first, zone)), kit.FormatInstant(scheduling.Begins(end, zone))
}
