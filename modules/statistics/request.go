package statistics

import (
	"cmp"
	"database/sql"
	"errors"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/billing"
	"hospital/modules/hospital"
	"hospital/modules/staff"
)

// request is a request for statistics.
type request struct {
	span
	by         string // day, week or month
	doctor     string // id; empty: all
	department string // id; empty: all
	sections   []section
	clinical   bool // the caller sees small groups
}

func show(r *kit.Request) error {
	settings, err := hospital.Of(r.App)
	if err != nil {
		return err
	}
	q, err := parse(r, settings)
	if err != nil {
		return err
	}
	answer, err := q.answer(r.App, settings)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, answer)
}

func parse(r *kit.Request, settings hospital.Settings) (q request, err error) {
	query := r.Request.URL.Query()
	q = request{
		by: cmp.Or(query.Get("by"), "month"), doctor: query.Get("doctor"), department: query.Get("department"),
		sections: sections[r.Caller.Role], clinical: r.Caller.Role == role.Doctor,
	}
	q.zone = settings.Zone()
	if q.first, q.last, err = billing.QueryPeriod(r, settings); err != nil {
		return q, err
	}
	if !slices.Contains([]string{"day", "week", "month"}, q.by) {
		return q, kit.Invalid("by", "unknown_period", "This must be day, week or month.")
	}
	for field, id := range map[string]string{"doctor": q.doctor, "department": q.department} {
		if id == "" {
			continue
		}
		if _, err := r.App.FindRecordById(field+"s", id); errors.Is(err, sql.ErrNoRows) {
			return q, kit.Invalid(field, "unknown_id", "There is no "+field+" with this id.")
		} else if err != nil {
			return q, err
		}
	}
	if r.Caller.Role != role.Doctor {
		return q, nil
	}
	own, err := staff.FindDoctorByAccount(r.App, r.Caller.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return q, kit.Forbidden("doctor", "not_allowed", "Your account has no doctor's record. Ask an admin.")
	case err != nil:
		return q, err
	case q.doctor != "" && q.doctor != own.Id:
		return q, kit.Forbidden("doctor", "not_allowed", "Doctors see their own statistics only.")
	}
	q.doctor = own.Id
	return q, nil
}

func (q request) has(s section) bool { return slices.Contains(q.sections, s) }

// scope is of which doctors the statistics are.
func (q request) scope(app core.App, doctors map[string]doctor) scope {
	s := scope{app: app}
	if q.doctor == "" && q.department == "" {
		return s
	}
	s.doctors = []string{}
	for id, d := range doctors {
		if (q.doctor == "" || id == q.doctor) && (q.department == "" || d.Department == q.department) {
			s.doctors = append(s.doctors, id)
		}
	}
	slices.Sort(s.doctors)
	return s
}

// doctor is what the statistics say of one besides figures.
type doctor struct {
	ID, Name, Department string
	Bookable             bool
}

func doctorsOf(app core.App) (map[string]doctor, error) {
	var rows []doctor
	err := app.DB().NewQuery("SELECT id, name, department, active AND accepts_online AS bookable FROM doctors").All(&rows)
	all := make(map[string]doctor, len(rows))
	for _, d := range rows {
		all[d.ID] = d
	}
	return all, err
}
