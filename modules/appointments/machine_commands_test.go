package appointments_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"hospital/modules/appointments"
)

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
	allowed := (isOf(who, patient) || owns(who, doctor) && m.inCare(who, patient) || desk(who)) &&
		(staff || !overbook && ends.Equal(starts.Add(grid))) && !starts.Before(earliest) &&
		m.available(doctor, starts, ends, overbook, !walkIn || !staff) && m.free(patient, doctor, starts, ends, overbook, "")
	if !m.check(t, fmt.Sprint(who, " books ", sent), m.h.As(who).Create("appointments", sent), allowed) {
		return
	}
	v := &visitModel{id: sent["id"].(string), patient: patient, doctor: doctor, starts: starts, ends: ends,
		status: "approved", overbook: overbook, version: 1}
	if !staff {
		v.status = "pending"
	}
	m.visits[v.id] = v
}

// pick chooses an account and a visit at random, usually a visit that fits and an account that
// has to do with it.
func (m *machine) pick(t *rapid.T, fits func(*visitModel) bool) (who string, v *visitModel) {
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

func pending(v *visitModel) bool { return v.status == "pending" }

func approved(v *visitModel) bool { return v.status == "approved" }

func (m *machine) move(t *rapid.T) {
	who, v := m.pick(t, func(v *visitModel) bool { return v.active() && (v.overbook || m.serial%2 == 0) })
	starts := m.now.Add(time.Duration(rapid.IntRange(-2, 24).Draw(t, "quarters")) * 15 * time.Minute)
	if starts.Equal(v.starts) {
		t.Skip("the time is unchanged")
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
		return m.available(v.doctor, starts, ends, overbook, !m.walkIn(v) || patient) &&
			m.free(v.patient, v.doctor, starts, ends, overbook, v.id)
	}
	overbook := v.overbook && !patient && !(able(false) && !starts.Before(m.earliest(v, who)))
	allowed := current && v.active() && !v.started &&
		(isOf(who, v.patient) && !m.now.Add(cutoff).After(v.starts) || owns(who, v.doctor) || desk(who)) &&
		!starts.Before(m.earliest(v, who)) && able(overbook)
	if !m.check(t, fmt.Sprintf("%s moves %+v by %v", who, *v, sent), m.h.As(who).Update("appointments", v.id, sent),
		allowed) {
		return
	}
	v.starts, v.ends, v.overbook = starts, ends, overbook
	v.version++
	if patient {
		v.status = "pending"
	}
}

// do is a command that changes one visit.
func (m *machine) do(change body, fits func(*visitModel) bool,
	allowed func(who string, v *visitModel) bool) func(*rapid.T) {
	return func(t *rapid.T) {
		who, v := m.pick(t, fits)
		status, _ := change["status"].(string)
		if status == v.status {
			t.Skip("the status is unchanged")
		}
		if !m.check(t, fmt.Sprintf("%s sends %v for %+v", who, change, *v), m.h.As(who).Update("appointments", v.id, change),
			allowed(who, v)) {
			return
		}
		if v.version++; status != "" {
			v.status = status
		}
		v.checkedIn = v.checkedIn || change["checked_in_at"] != nil
		v.started = v.started || change["started_at"] != nil
	}
}

func (m *machine) goAway(t *rapid.T) {
	who := rapid.SampledFrom(people).Draw(t, "who")
	doctor := rapid.SampledFrom([]string{"", id("dr1"), id("dr2")}).Draw(t, "doctor")
	_, v := m.pick(t, pending)
	a := away{doctor: doctor, starts: v.starts.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t,
		"from")) * 15 * time.Minute)}
	a.ends = a.starts.Add(time.Duration(rapid.IntRange(1, 4).Draw(t, "for")) * 15 * time.Minute)
	answer := m.h.As(who).Create("time_off", body{"doctor": doctor, "starts": wire(a.starts), "ends": wire(a.ends)})
	if m.check(t, fmt.Sprint(who, " goes away ", a), answer, owns(who, doctor) || desk(who)) {
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
		m.h.As("admin1").Update("time_off", id("away1"),
			body{"active": true, "starts": wire(m.aways[0].starts), "ends": wire(m.aways[0].ends)}).OK(t)
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
