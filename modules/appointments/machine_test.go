package appointments_test

import (
	"flag"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"hospital/internal/hospitaltest"
	"hospital/modules/appointments"
)

// Each check opens a hospital. Run more with -rapid.checks.
func init() {
	for name, value := range map[string]string{"rapid.checks": "6", "rapid.steps": "40"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// TestRandomCommandsMatchTheModel sends random commands by random accounts. The model predicts
// whether each succeeds. After each command every visit must equal the model's, and all
// invariants must hold.
func TestRandomCommandsMatchTheModel(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		m := newMachine(t)
		defer m.h.Verify()
		r.Repeat(map[string]func(*rapid.T){
			"":          m.compare,
			"book":      m.book,
			"move":      m.move,
			"approve":   m.do(body{"status": "approved"}, pending, m.mayApprove),
			"reject":    m.do(body{"status": "cancelled", "cancel_code": "rejected", "cancel_note": "no"}, pending, m.mayReject),
			"cancel":    m.do(body{"status": "cancelled"}, (*visitModel).active, m.mayCancel),
			"check in":  m.do(body{"checked_in_at": "2000-01-01 00:00:00.000Z"}, approved, m.mayCheckIn),
			"start":     m.do(body{"started_at": "2000-01-01 00:00:00.000Z"}, approved, m.mayStart),
			"complete":  m.do(body{"status": "completed"}, approved, m.mayComplete),
			"miss":      m.do(body{"status": "cancelled", "cancel_code": "no_show"}, approved, m.mayMiss),
			"go away":   m.goAway,
			"come back": m.comeBack,
			"wait":      m.wait,
			"expire":    m.expire,
		})
	})
}

// visitModel is an appointment in the model.
type visitModel struct {
	id, patient, doctor string
	starts, ends        time.Time
	status              string
	overbook            bool
	checkedIn, started  bool
	version             int
}

// modelOf is the model of a stored appointment.
func modelOf(r *core.Record) visitModel {
	return visitModel{
		id: r.Id, patient: r.GetString("patient"), doctor: r.GetString("doctor"),
		starts: r.GetDateTime("starts").Time(), ends: r.GetDateTime("ends").Time(),
		status: r.GetString("status"), overbook: r.GetBool("overbook"), version: r.GetInt("version"),
		checkedIn: !r.GetDateTime("checked_in_at").IsZero(), started: !r.GetDateTime("started_at").IsZero(),
	}
}

func (v *visitModel) active() bool { return v.status == "pending" || v.status == "approved" }

func (v *visitModel) meets(starts, ends time.Time) bool {
	return v.starts.Before(ends) && v.ends.After(starts)
}

// away is a time off; an empty doctor means the whole hospital.
type away struct {
	id, doctor   string
	starts, ends time.Time
}

// machine is the hospital and the model of it.
type machine struct {
	h      *hospitaltest.Hospital
	now    time.Time
	visits map[string]*visitModel
	aways  []away
	serial int
}

// people send the commands; patients maps each patient to its account.
var (
	people = []string{"guest", "patient1", "patient2", "doctor1", "doctor2", "nurse1", "receptionist1", "accountant1",
		"admin1"}
	patients = map[string]string{"pat1": "patient1", "kid1": "patient1", "pat2": "patient2", "walkin": ""}
	capacity = map[string]int{"dr1": 1, "dr2": 2}
)

const (
	grid   = 30 * time.Minute
	cutoff = 2 * time.Hour
)

// newMachine copies the bookings of the test hospital into the model. Both doctors have
// half-hour slots all day; dr2 has a capacity of two.
func newMachine(t *testing.T) *machine {
	h := hospitaltest.New(t)
	admin := h.As("admin1")
	for _, s := range admin.List("schedules", hospitaltest.Filter(`doctor = "`+id("dr2")+`"`)).IDs() {
		admin.Update("schedules", s, body{"capacity": 2}).OK(t)
	}
	m := &machine{h: h, now: time.Now().UTC().Truncate(time.Hour).Add(time.Hour), visits: map[string]*visitModel{}}
	h.At(m.now)
	for _, visit := range admin.List("appointments", "").IDs() {
		v := modelOf(h.Record("appointments", visit))
		m.visits[v.id] = &v
	}
	for _, i := range admin.List("time_off", "").Items() {
		r := h.Record("time_off", i["id"].(string))
		m.aways = append(m.aways, away{r.Id, r.GetString("doctor"), r.GetDateTime("starts").Time(),
			r.GetDateTime("ends").Time()})
	}
	return m
}

func (m *machine) compare(t *rapid.T) {
	for _, v := range m.visits {
		got := modelOf(m.h.Record("appointments", v.id))
		if got != *v {
			t.Fatalf("the hospital has %+v\nthe model %+v", got, *v)
		}
	}
	if n := m.h.Count("appointments"); n != int64(len(m.visits)) {
		t.Fatalf("the hospital has %d visits, the model %d", n, len(m.visits))
	}
	if report := m.h.Violations(appointments.Module); report != "" {
		t.Fatal(report)
	}
}

// check fails unless the command succeeded or failed as the model predicts.
func (m *machine) check(t *rapid.T, what string, answer hospitaltest.Response, allowed bool) bool {
	if answer.Status > 499 || (answer.Status < 400) != allowed {
		t.Fatalf("at %s, %s answered %d %.400s; the model expects that it succeeds: %v", m.now.Format("Mon 15:04"), what,
			answer.Status, answer.Raw, allowed)
	}
	return allowed
}
