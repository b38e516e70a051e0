package billing

import (
	"net/http"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/audit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

func routes(api *kit.Routes) {
	api.GET("/patients/{id}/statement", statementOfPatient)
	api.GET("/reports/day-close", dayClose)
}

// mostDays is how many days one statement covers.
const mostDays = 1100

func statementOfPatient(e *core.RequestEvent) error {
	actor, err := kit.RequireCaller(e)
	if err != nil {
		return err
	}
	if actor.Role == role.Doctor || actor.Role == role.Nurse {
		return e.ForbiddenError("Your role may not read statements.", nil)
	}
	patient, err := e.App.FindRecordById("patients", e.Request.PathValue("id"))
	if err != nil || actor.Role == role.Patient && patient.GetString("user") != actor.ID {
		return e.NotFoundError("There is no such patient, or it is not you.", nil)
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	first, last, err := DaysAsked(e, settings)
	if err != nil {
		return err
	}
	csv, err := asSheet(e)
	if err != nil {
		return err
	}
	s, err := statement(e.App, patient, settings, first, last)
	if err != nil {
		return err
	}
	if csv {
		audit.Seen(e.App, actor, "export", patient)
		return s.sheet(e, settings.Zone())
	}
	audit.Seen(e.App, actor, "statement", patient)
	return e.JSON(http.StatusOK, s)
}

// DaysAsked are the days of the query, from and to: this month until today, when
// nothing else is asked for.
func DaysAsked(e *core.RequestEvent, settings hospital.Settings) (first, last time.Time, err error) {
	today := scheduling.Today(kit.Now(e.App), settings.Zone())
	if last, err = kit.QueryDay(e, "to", today); err != nil {
		return first, last, err
	}
	if first, err = kit.QueryDay(e, "from", today.AddDate(0, 0, 1-today.Day())); err != nil {
		return first, last, err
	}
	switch days := int(last.Sub(first).Hours()/24) + 1; {
	case days < 1:
		return first, last, kit.Invalid("to", "ends_before_starts", "The last day must not be before the first.")
	case days > mostDays:
		return first, last, kit.Invalid("to", "too_many_days", "Ask for at most three years.")
	}
	return first, last, nil
}

// asSheet says that the answer is asked for as CSV.
func asSheet(e *core.RequestEvent) (bool, error) {
	switch e.Request.URL.Query().Get("format") {
	case "", "json":
		return false, nil
	case "csv":
		return true, nil
	}
	return false, kit.Invalid("format", "unknown_format", "This must be json or csv.")
}

func dayClose(e *core.RequestEvent) error {
	actor, err := kit.RequireCaller(e)
	if err != nil {
		return err
	}
	only := ""
	switch actor.Role {
	case role.Accountant, role.Admin:
	case role.Receptionist:
		only = actor.ID
	default:
		return e.ForbiddenError("Your role may not read the day close.", nil)
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	day, err := kit.QueryDay(e, "date", scheduling.Today(kit.Now(e.App), settings.Zone()))
	if err != nil {
		return err
	}
	csv, err := asSheet(e)
	if err != nil {
		return err
	}
	c, err := closed(e.App, settings, day, only)
	if err != nil {
		return err
	}
	if csv {
		return c.sheet(e)
	}
	return e.JSON(http.StatusOK, c)
}

// Period is the instants of some of the hospital's days: from the first one's
// beginning to the end of the last.
func Period(first, last time.Time, zone *time.Location) (from, to string) {
	return kit.FormatInstant(scheduling.StartOfDay(first, zone)), kit.FormatInstant(scheduling.StartOfDay(last.AddDate(0, 0, 1), zone))
}
