package billing

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/audit"
	"hospital/modules/hospital"
	"hospital/modules/kit"
	"hospital/modules/scheduling"
)

func routes(api *kit.Routes) {
	api.GET("/patients/{id}/statement", statementOfPatient)
	api.GET("/reports/day-close", dayClose)
}

// mostDays is how many days one statement covers.
const mostDays = 1100

func statementOfPatient(e *core.RequestEvent) error {
	actor, err := kit.Caller(e)
	if err != nil {
		return err
	}
	if actor.Role == kit.Doctor || actor.Role == kit.Nurse {
		return e.ForbiddenError("Your role may not read statements.", nil)
	}
	patient, err := e.App.FindRecordById("patients", e.Request.PathValue("id"))
	if err != nil || actor.Role == kit.Patient && patient.GetString("user") != actor.ID {
		return e.NotFoundError("There is no such patient, or it is not you.", nil)
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	today := scheduling.Today(kit.Now(e.App), settings.Zone())
	first, err := kit.DayAsked(e, "from", today.AddDate(0, 0, 1-today.Day()))
	if err != nil {
		return err
	}
	last, err := kit.DayAsked(e, "to", today)
	if err != nil {
		return err
	}
	switch days := int(last.Sub(first).Hours()/24) + 1; {
	case days < 1:
		return kit.Invalid("to", "ends_before_starts", "The last day must not be before the first.")
	case days > mostDays:
		return kit.Invalid("to", "too_many_days", "Ask for at most three years.")
	}
	s, err := statement(e.App, patient, settings, first, last)
	if err != nil {
		return err
	}
	audit.Seen(e.App, actor, "statement", patient)
	return e.JSON(http.StatusOK, s)
}

func dayClose(e *core.RequestEvent) error {
	actor, err := kit.Caller(e)
	if err != nil {
		return err
	}
	only := ""
	switch actor.Role {
	case kit.Accountant, kit.Admin:
	case kit.Receptionist:
		only = actor.ID
	default:
		return e.ForbiddenError("Your role may not read the day close.", nil)
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	day, err := kit.DayAsked(e, "date", scheduling.Today(kit.Now(e.App), settings.Zone()))
	if err != nil {
		return err
	}
	c, err := closed(e.App, settings, day, only)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, c)
}

// period is the instants of some of the hospital's days: from the first one's
// beginning to the end of the last.
func period(first, last time.Time, zone *time.Location) (from, to string) {
	return kit.Stamp(scheduling.Begins(first, zone)), kit.Stamp(scheduling.Begins(last.AddDate(0, 0, 1), zone))
}
