package statistics

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/scheduling"
)

// visitFacts are about the visits that start in a period, whenever they were booked:
//
//   - Status: how many are pending, approved, completed and cancelled. A visit that was missed counts as cancelled.
//   - Codes: of the cancelled ones, why. The code no_show is a visit that was missed.
//   - Notice: of those that patients cancelled, how long before the visit: under_24h, under_72h, earlier.
//   - Types: by type, of all.
//   - Hours: by weekday (1 is Monday) and hour of the hospital, such as "1 09", without cancelled ones.
//   - Requested: how many a patient asked for. The others were booked by staff.
//   - Rescheduled: how often a visit was moved in the period, whenever it was to take place.
//   - Minutes: how long those last that were not cancelled.
//   - Waiting: of the completed ones, minutes from check-in to the start. Length: from the start to completion.
//     Approval: hours from a request to its approval. Each as a histogram: how often each value came.
//   - Doctors: of each doctor how many are not cancelled, completed and missed, and their minutes.
type visitFacts struct {
	Status      counts               `json:"status,omitempty"`
	Codes       counts               `json:"codes,omitempty"`
	Notice      counts               `json:"notice,omitempty"`
	Types       counts               `json:"types,omitempty"`
	Hours       counts               `json:"hours,omitempty"`
	Requested   int64                `json:"requested,omitempty"`
	Rescheduled int64                `json:"rescheduled,omitempty"`
	Minutes     int64                `json:"minutes,omitempty"`
	Waiting     histogram            `json:"waiting,omitempty"`
	Length      histogram            `json:"length,omitempty"`
	Approval    histogram            `json:"approval,omitempty"`
	Doctors     map[string]doctorSum `json:"doctors,omitempty"`
}

// doctorSum is what visitFacts has of one doctor.
type doctorSum struct {
	Booked    int64 `json:"b,omitempty"`
	Completed int64 `json:"c,omitempty"`
	Missed    int64 `json:"m,omitempty"`
	Minutes   int64 `json:"t,omitempty"`
}

func (f *visitFacts) add(other visitFacts) {
	f.Status.add(other.Status)
	f.Codes.add(other.Codes)
	f.Notice.add(other.Notice)
	f.Types.add(other.Types)
	f.Hours.add(other.Hours)
	f.Requested += other.Requested
	f.Rescheduled += other.Rescheduled
	f.Minutes += other.Minutes
	f.Waiting.add(other.Waiting)
	f.Length.add(other.Length)
	f.Approval.add(other.Approval)
	for id, sum := range other.Doctors {
		f.ofDoctor(id, sum)
	}
}

func (f *visitFacts) ofDoctor(id string, more doctorSum) {
	if f.Doctors == nil {
		f.Doctors = map[string]doctorSum{}
	}
	sum := f.Doctors[id]
	sum.Booked += more.Booked
	sum.Completed += more.Completed
	sum.Missed += more.Missed
	sum.Minutes += more.Minutes
	f.Doctors[id] = sum
}

// patientFacts are about people:
//
//   - Registered: patients' records that were made in the period, also those that were merged into another later.
//   - New: completed visits of patients who had none before. Returning: of those who had.
type patientFacts struct {
	Registered int64 `json:"registered,omitempty"`
	New        int64 `json:"new,omitempty"`
	Returning  int64 `json:"returning,omitempty"`
}

func (f *patientFacts) add(other patientFacts) {
	f.Registered += other.Registered
	f.New += other.New
	f.Returning += other.Returning
}

// ofDoctors is a condition on a column with a doctor. It is empty for all doctors.
func (s scope) ofDoctors(column string) string {
	if s.all() {
		return ""
	}
	return " AND " + column + " IN (SELECT value FROM json_each({:doctors}))"
}

func (s scope) params(p span) dbx.Params {
	from, to := p.instants()
	return dbx.Params{"from": from, "to": to, "doctors": scheduling.JSONArray(s.doctors)}
}

// visit is a row of the query of countVisits.
type visit struct {
	starts, ends, doctor, status, kind, code                            string
	cancelled, requested, approved, checkedIn, started, completed       string
	first                                                               bool
	startsAt, endsAt, cancelledAt, requestedAt, approvedAt, checkedInAt time.Time
	startedAt, completedAt                                              time.Time
}

// selectVisits reads visits by one index: by their start, or by their doctor and start. Earlier visits are looked for by
// the patient: the + keeps SQLite from looking for all completed ones.
func (s scope) selectVisits() string {
	from := "appointments a WHERE"
	if !s.all() {
		from = "json_each({:doctors}) d CROSS JOIN appointments a ON a.doctor = d.value WHERE"
	}
	return `SELECT a.starts, a.ends, a.doctor, a.status, a.visit_type, a.cancel_code, a.cancelled_at, a.requested_at,
		a.approved_at, a.checked_in_at, a.started_at, a.completed_at, a.status = 'completed' AND NOT EXISTS (
			SELECT 1 FROM appointments b WHERE b.patient = a.patient AND b.starts < a.starts AND +b.status = 'completed')
		FROM ` + from + ` a.starts >= {:from} AND a.starts < {:to}`
}

func (s scope) countVisits(p span) (f visitFacts, people patientFacts, err error) {
	rows, err := s.app.DB().NewQuery(s.selectVisits()).Bind(s.params(p)).Rows()
	if err != nil {
		return f, people, err
	}
	defer rows.Close()
	for rows.Next() {
		var v visit
		err := rows.Scan(&v.starts, &v.ends, &v.doctor, &v.status, &v.kind, &v.code, &v.cancelled, &v.requested,
			&v.approved, &v.checkedIn, &v.started, &v.completed, &v.first)
		if err != nil {
			return f, people, err
		}
		if err := v.parse(); err != nil {
			return f, people, err
		}
		f.count(v, p.zone)
		people.count(v)
	}
	if err := rows.Err(); err != nil {
		return f, people, err
	}
	f.Rescheduled, err = s.rescheduled(p)
	return f, people, err
}

// parse reads the instants, which are empty if it has not happened.
func (v *visit) parse() (err error) {
	for _, f := range [...]struct {
		text string
		at   *time.Time
	}{
		{v.starts, &v.startsAt}, {v.ends, &v.endsAt}, {v.cancelled, &v.cancelledAt}, {v.requested, &v.requestedAt},
		{v.approved, &v.approvedAt}, {v.checkedIn, &v.checkedInAt}, {v.started, &v.startedAt},
		{v.completed, &v.completedAt},
	} {
		if f.text == "" {
			continue
		}
		if *f.at, err = kit.ParseInstant(f.text); err != nil {
			return err
		}
	}
	return nil
}

func (f *visitFacts) count(v visit, zone *time.Location) {
	status := appointments.Status(v.status)
	missed := appointments.CancelCode(v.code) == appointments.NoShow
	f.Status.count(v.status, 1)
	f.Types.count(v.kind, 1)
	if !v.requestedAt.IsZero() {
		f.Requested++
		if !v.approvedAt.IsZero() {
			f.Approval.count(v.approvedAt.Sub(v.requestedAt), time.Hour)
		}
	}
	if status == appointments.Cancelled {
		f.Codes.count(v.code, 1)
		if appointments.CancelCode(v.code) == appointments.ByPatient {
			f.Notice.count(noticeOf(v.startsAt.Sub(v.cancelledAt)), 1)
		}
		if missed {
			f.ofDoctor(v.doctor, doctorSum{Missed: 1})
		}
		return
	}
	local := v.startsAt.In(zone)
	f.Hours.count(fmt.Sprintf("%d %02d", (int(local.Weekday())+6)%7+1, local.Hour()), 1)
	sum := doctorSum{Booked: 1, Minutes: int64(v.endsAt.Sub(v.startsAt).Minutes())}
	f.Minutes += sum.Minutes
	if status == appointments.Completed {
		sum.Completed = 1
		if !v.checkedInAt.IsZero() && !v.startedAt.IsZero() {
			f.Waiting.count(v.startedAt.Sub(v.checkedInAt), time.Minute)
		}
		if !v.startedAt.IsZero() {
			f.Length.count(v.completedAt.Sub(v.startedAt), time.Minute)
		}
	}
	f.ofDoctor(v.doctor, sum)
}

func noticeOf(before time.Duration) string {
	switch {
	case before < 24*time.Hour:
		return "under_24h"
	case before < 72*time.Hour:
		return "under_72h"
	}
	return "earlier"
}

func (f *patientFacts) count(v visit) {
	switch {
	case appointments.Status(v.status) != appointments.Completed:
	case v.first:
		f.New++
	default:
		f.Returning++
	}
}

// rescheduled counts moves by their own time.
func (s scope) rescheduled(p span) (n int64, err error) {
	sql := `SELECT COUNT(*) FROM appointment_events e WHERE e.action = 'reschedule'
		AND e.created >= {:from} AND e.created < {:to}`
	if !s.all() {
		sql = `SELECT COUNT(*) FROM appointment_events e JOIN appointments a ON a.id = e.appointment
			WHERE e.action = 'reschedule' AND e.created >= {:from} AND e.created < {:to}` + s.ofDoctors("a.doctor")
	}
	err = s.app.DB().NewQuery(sql).Bind(s.params(p)).Row(&n)
	return n, err
}

// countRegistrations counts records of patients. They have no doctor.
func (s scope) countRegistrations(p span, f *patientFacts) error {
	if !s.all() {
		return nil
	}
	return s.app.DB().NewQuery(`SELECT COUNT(*) FROM patients WHERE created >= {:from} AND created < {:to}`).
		Bind(s.params(p)).Row(&f.Registered)
}
