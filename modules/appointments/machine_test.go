package appointments_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hospital/internal/hospitaltest"
	"hospital/modules/appointments"
)

// Each check of the machine opens a hospital; more are asked for with -rapid.checks.
func init() {
	for name, value := range map[string]string{"rapid.checks": "6", "rapid.steps": "40"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// TestTheWholeMachine sends random commands by random people, expects of each what
// a few sentences say of it, and after each that every visit is as the model has
// it and the hospital sound.
func TestTheWholeMachine(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		m := begin(t)
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

// visit is an appointment as the model has it.
type visitModel struct {
	id, patient, doctor string
	starts, ends        time.Time
	status              string
	overbook            bool
	checkedIn, started  bool
	version             int
}

func (v *visitModel) active() bool { return v.status == "pending" || v.status == "approved" }

func (v *visitModel) meets(starts, ends time.Time) bool {
	return v.starts.Before(ends) && v.ends.After(starts)
}

// away is a time off; of all doctors when none is named.
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

// people are who sends commands, and whose they are.
var (
	people   = []string{"guest", "patient1", "patient2", "doctor1", "doctor2", "nurse1", "receptionist1", "accountant1", "admin1"}
	patients = map[string]string{"pat1": "patient1", "kid1": "patient1", "pat2": "patient2", "walkin": ""}
	capacity = map[string]int{"dr1": 1, "dr2": 2}
)

const (
	grid   = 30 * time.Minute
	cutoff = 2 * time.Hour
)

// begin takes over what the furnished hospital has booked. Both doctors have slots
// of half an hour all day; dr2 sees two at once.
func begin(t *testing.T) *machine {
	h := hospitaltest.New(t)
	admin := h.As("admin1")
	for _, s := range admin.List("schedules", hospitaltest.Filter(`doctor = "`+id("dr2")+`"`)).IDs() {
		admin.Update("schedules", s, body{"capacity": 2}).OK(t)
	}
	m := &machine{h: h, now: time.Now().UTC().Truncate(time.Hour).Add(time.Hour), visits: map[string]*visitModel{}}
	h.At(m.now)
	for _, i := range admin.List("appointments", "").Items() {
		r := h.Record("appointments", i["id"].(string))
		m.visits[r.Id] = &visitModel{id: r.Id, patient: i["patient"].(string), doctor: i["doctor"].(string), starts: r.GetDateTime("starts").Time(), ends: r.GetDateTime("ends").Time(),
			status: r.GetString("status"), version: r.GetInt("version")}
	}
	for _, i := range admin.List("time_off", "").Items() {
		r := h.Record("time_off", i["id"].(string))
		m.aways = append(m.aways, away{r.Id, r.GetString("doctor"), r.GetDateTime("starts").Time(), r.GetDateTime("ends").Time()})
	}
	return m
}

func (m *machine) compare(t *rapid.T) {
	for _, v := range m.visits {
		r := m.h.Record("appointments", v.id)
		got := visitModel{id: r.Id, patient: r.GetString("patient"), doctor: r.GetString("doctor"), starts: r.GetDateTime("starts").Time(), ends: r.GetDateTime("ends").Time(),
			status: r.GetString("status"), overbook: r.GetBool("overbook"), checkedIn: !r.GetDateTime("checked_in_at").IsZero(), started: !r.GetDateTime("started_at").IsZero(), version: r.GetInt("version")}
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

// expected fails unless a command was answered as the model expects.
func (m *machine) expected(t *rapid.T, what string, answer hospitaltest.Response, lawful bool) bool {
	if answer.Status > 499 || (answer.Status < 400) != lawful {
		t.Fatalf("at %s, %s answered %d %.400s; the model expects that it succeeds: %v", m.now.Format("Mon 15:04"), what, answer.Status, answer.Raw, lawful)
	}
	return lawful
}

// free says that doctor and patient can have a time, a visit of their own left out.
func (m *machine) free(patient, doctor string, starts, ends time.Time, overbook bool, except string) bool {
	most := 0
	for _, v := range m.visits {
		if !v.active() || v.id == except || !v.meets(starts, ends) {
			continue
		}
		if v.patient == patient {
			return false
		}
		if v.doctor != doctor {
			continue
		}
		n := 0 // at the moment when v is there, and the new one
		for _, w := range m.visits {
			moment := v.starts
			if moment.Before(starts) {
				moment = starts
			}
			if w.active() && w.id != except && w.doctor == doctor && !w.starts.After(moment) && w.ends.After(moment) {
				n++
			}
		}
		most = max(most, n)
	}
	return overbook || most < capacity[doctor[:3]]
}

// there says that the doctor is there for a visit.
func (m *machine) there(doctor string, starts, ends time.Time, overbook, onSlot bool) bool {
	if overbook {
		return true
	}
	for _, a := range m.aways {
		if (a.doctor == "" || a.doctor == doctor) && a.starts.Before(ends) && a.ends.After(starts) {
			return false
		}
	}
	sameDay := starts.Truncate(24 * time.Hour).Equal(ends.Add(-1).Truncate(24 * time.Hour))
	return sameDay && (!onSlot || starts.Equal(starts.Truncate(grid)))
}

func role(who string) string {
	if who == "guest" {
		return who
	}
	return who[:len(who)-1]
}

func owns(who, doctor string) bool { return role(who) == "doctor" && doctor == id("dr"+who[6:]) }

func desk(who string) bool { return who == "receptionist1" || who == "admin1" }

// isOf says that a visit is of a patient's own.
func isOf(who, patient string) bool {
	for name, account := range patients {
		if id(name) == patient && account == who {
			return true
		}
	}
	return false
}

func (m *machine) book(t *rapid.T) {
	who := rapid.SampledFrom(people).Draw(t, "who")
	patient := id(rapid.SampledFrom(slices.Sorted(maps.Keys(patients))).Draw(t, "patient"))
	doctor := id(rapid.SampledFrom([]string{"dr1", "dr2"}).Draw(t, "doctor"))
	starts := m.now.Add(time.Duration(rapid.IntRange(-2, 24).Draw(t, "quarters")) * 15 * time.Minute)
	m.serial++
	sent := body{"id": id(fmt.Sprintf("visit%dx", m.serial)), "patient": patient, "doctor": doctor, "starts": wire(starts)}
	ends := starts.Add(grid)
	staff := role(who) != "patient"
	if rapid.IntRange(0, 2).Draw(t, "own end") == 0 {
		ends = starts.Add(time.Duration(rapid.IntRange(1, 6).Draw(t, "length")) * 15 * time.Minute)
		sent["ends"] = wire(ends)
	}
	overbook := rapid.IntRange(0, 4).Draw(t, "overbook") == 0
	if overbook {
		sent["overbook"], sent["staff_note"] = true, "on purpose"
	}
	walkIn := rapid.IntRange(0, 3).Draw(t, "walk in") == 0
	if walkIn {
		sent["visit_type"] = "walk_in"
	}
	earliest := m.now
	if walkIn && staff {
		earliest = m.now.Add(-15 * time.Minute)
	}
	lawful := (isOf(who, patient) || owns(who, doctor) && m.inCare(who, patient) || desk(who)) &&
		(staff || !overbook && ends.Equal(starts.Add(grid))) && !starts.Before(earliest) &&
		m.there(doctor, starts, ends, overbook, !walkIn || !staff) && m.free(patient, doctor, starts, ends, overbook, "")
	if !m.expected(t, fmt.Sprint(who, " books ", sent), m.h.As(who).Create("appointments", sent), lawful) {
		return
	}
	v := &visitModel{id: sent["id"].(string), patient: patient, doctor: doctor, starts: starts, ends: ends, status: "approved", overbook: overbook, version: 1}
	if !staff {
		v.status = "pending"
	}
	m.visits[v.id] = v
}

// inCare asks the hospital itself; who is in care is not what is modelled here.
func (m *machine) inCare(who, patient string) bool {
	return m.h.As(who).View("patients", patient, "").Status == http.StatusOK
}

// some is a person and a visit, most often one that fits and somebody whom it concerns.
func (m *machine) some(t *rapid.T, fits func(*visitModel) bool) (who string, v *visitModel) {
	var all, fitting []string
	for _, v := range m.visits {
		all = append(all, v.id)
		if fits(v) && v.starts.Before(m.now.Add(24*time.Hour)) {
			fitting = append(fitting, v.id)
		}
	}
	if len(fitting) == 0 || rapid.IntRange(0, 4).Draw(t, "any visit") == 0 {
		fitting = all
	}
	slices.Sort(fitting)
	v = m.visits[rapid.SampledFrom(fitting).Draw(t, "visit")]
	var near []string
	for _, who := range people {
		if isOf(who, v.patient) || owns(who, v.doctor) || desk(who) || who == "nurse1" {
			near = append(near, who)
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "anybody") == 0 {
		near = people
	}
	return rapid.SampledFrom(near).Draw(t, "who"), v
}

func pending(v *visitModel) bool  { return v.status == "pending" }
func approved(v *visitModel) bool { return v.status == "approved" }

func (m *machine) move(t *rapid.T) {
	who, v := m.some(t, func(v *visitModel) bool { return v.active() && (v.overbook || m.serial%2 == 0) })
	starts := m.now.Add(time.Duration(rapid.IntRange(-2, 24).Draw(t, "quarters")) * 15 * time.Minute)
	if starts.Equal(v.starts) {
		t.Skip("that is where it is")
	}
	stay := v.ends.Sub(v.starts)
	ends := starts.Add(stay)
	sent := body{"starts": wire(starts)}
	if rapid.IntRange(0, 2).Draw(t, "stale") == 0 {
		sent["version"] = rapid.IntRange(1, 4).Draw(t, "version")
	}
	current := sent["version"] == nil || sent["version"] == v.version
	patient := role(who) == "patient"
	able := func(overbook bool) bool {
		return m.there(v.doctor, starts, ends, overbook, !m.walkIn(v) || patient) && m.free(v.patient, v.doctor, starts, ends, overbook, v.id)
	}
	overbook := v.overbook && !patient && !(able(false) && !starts.Before(m.earliest(v, who)))
	lawful := current && v.active() && !v.started && (isOf(who, v.patient) && !m.now.Add(cutoff).After(v.starts) || owns(who, v.doctor) || desk(who)) &&
		!starts.Before(m.earliest(v, who)) && able(overbook)
	if !m.expected(t, fmt.Sprintf("%s moves %+v by %v", who, *v, sent), m.h.As(who).Update("appointments", v.id, sent), lawful) {
		return
	}
	v.starts, v.ends, v.overbook = starts, ends, overbook
	v.version++
	if patient {
		v.status = "pending"
	}
}

func (m *machine) walkIn(v *visitModel) bool {
	return m.h.Record("appointments", v.id).GetString("visit_type") == "walk_in"
}

// earliest is when a moved visit may begin.
func (m *machine) earliest(v *visitModel, who string) time.Time {
	if m.walkIn(v) && role(who) != "patient" {
		return m.now.Add(-15 * time.Minute)
	}
	return m.now
}

// do is a command that changes one visit.
func (m *machine) do(change body, fits func(*visitModel) bool, lawful func(who string, v *visitModel) bool) func(*rapid.T) {
	return func(t *rapid.T) {
		who, v := m.some(t, fits)
		status, _ := change["status"].(string)
		if status == v.status {
			t.Skip("it is so already")
		}
		if !m.expected(t, fmt.Sprintf("%s sends %v for %+v", who, change, *v), m.h.As(who).Update("appointments", v.id, change), lawful(who, v)) {
			return
		}
		if v.version++; status != "" {
			v.status = status
		}
		v.checkedIn = v.checkedIn || change["checked_in_at"] != nil
		v.started = v.started || change["started_at"] != nil
	}
}

func (m *machine) mayApprove(who string, v *visitModel) bool {
	return v.status == "pending" && (owns(who, v.doctor) || desk(who)) && v.starts.After(m.now) && m.there(v.doctor, v.starts, v.ends, v.overbook, false)
}

func (m *machine) mayReject(who string, v *visitModel) bool {
	return v.status == "pending" && (owns(who, v.doctor) || who == "admin1")
}

func (m *machine) mayCancel(who string, v *visitModel) bool {
	return v.active() && !v.started && (isOf(who, v.patient) && !m.now.Add(cutoff).After(v.starts) || owns(who, v.doctor) || desk(who))
}

func (m *machine) mayCheckIn(who string, v *visitModel) bool {
	return v.status == "approved" && !v.checkedIn && (who == "nurse1" || desk(who)) && m.now.Truncate(24*time.Hour).Equal(v.starts.Truncate(24*time.Hour))
}

func (m *machine) mayStart(who string, v *visitModel) bool {
	return v.status == "approved" && !v.started && (owns(who, v.doctor) || who == "admin1")
}

func (m *machine) mayComplete(who string, v *visitModel) bool {
	return v.status == "approved" && !v.starts.After(m.now) && (owns(who, v.doctor) || who == "admin1")
}

func (m *machine) mayMiss(who string, v *visitModel) bool {
	return v.status == "approved" && !v.ends.After(m.now) && !v.checkedIn && !v.started && (owns(who, v.doctor) || who == "nurse1" || desk(who))
}

func (m *machine) goAway(t *rapid.T) {
	who := rapid.SampledFrom(people).Draw(t, "who")
	doctor := rapid.SampledFrom([]string{"", id("dr1"), id("dr2")}).Draw(t, "doctor")
	_, v := m.some(t, pending)
	a := away{doctor: doctor, starts: v.starts.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "from")) * 15 * time.Minute)}
	a.ends = a.starts.Add(time.Duration(rapid.IntRange(1, 4).Draw(t, "for")) * 15 * time.Minute)
	answer := m.h.As(who).Create("time_off", body{"doctor": doctor, "starts": wire(a.starts), "ends": wire(a.ends)})
	if m.expected(t, fmt.Sprint(who, " goes away ", a), answer, owns(who, doctor) || desk(who)) {
		a.id = answer.ID()
		m.aways = append(m.aways, a)
	}
}

func (m *machine) comeBack(t *rapid.T) {
	i := rapid.IntRange(0, len(m.aways)-1).Draw(t, "which")
	m.h.As("admin1").Update("time_off", m.aways[i].id, body{"active": false}).OK(t)
	m.aways = slices.Delete(m.aways, i, i+1)
	if len(m.aways) == 0 {
		m.aways = append(m.aways, away{id: id("away1"), starts: m.now.AddDate(3, 0, 0), ends: m.now.AddDate(3, 0, 1)})
		m.h.As("admin1").Update("time_off", id("away1"), body{"active": true, "starts": wire(m.aways[0].starts), "ends": wire(m.aways[0].ends)}).OK(t)
	}
}

func (m *machine) wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 12).Draw(t, "quarters")) * 15 * time.Minute)
	m.h.At(m.now)
}

func (m *machine) expire(t *rapid.T) {
	if err := appointments.Expire(m.h.App); err != nil {
		t.Fatal(err)
	}
	for _, v := range m.visits {
		if v.status == "pending" && !v.starts.After(m.now) {
			v.status = "cancelled"
			v.version++
		}
	}
}
