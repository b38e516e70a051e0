package plans_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/hospital"
)

const (
	crowd   = 24  // doctors
	ward    = 12  // doctors of a department; the second department is booked out
	past    = 10  // days
	planned = 90  // future days that are booked
	horizon = 365 // the booking horizon in days; one doctor is booked out until then
)

var (
	zone, _   = time.LoadLocation("Europe/Berlin")
	busy      = id("dr", 0)    // has one slot in eight free
	bookedOut = id("dr", ward) // has none until the horizon
)

// Searching and booking slots finds the visits by doctor or patient, with and without
// statistics.
func TestSlotsOfACrowdedHospitalUseIndexes(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := crowded(t, crowd)
	requests := slotRequests(t, h)
	checkPlans(t, h, requests, "")
	insert(h, []string{"ANALYZE"}, nil)
	checkPlans(t, h, requests, "with statistics, ")
}

// checkPlans fails unless all statements, triggers included, find the visits of a doctor or
// patient by an index.
func checkPlans(t testing.TB, h *hospitaltest.Hospital, requests []slotRequest, when string) {
	t.Helper()
	check := func(name string, plans []hospitaltest.Plan) {
		for _, p := range plans {
			if scans := p.FullScans("appointments", "doctor", "patient"); len(scans) > 0 {
				t.Errorf("%s%s: reads rows without an index: %s\n%s", when, name, strings.Join(scans, ", "), p.SQL)
			}
		}
	}
	for _, r := range requests {
		check(r.name, h.Plans(r.send))
	}
	check("the triggers", h.TriggerPlans(kit.CatalogOf(modules.All)["appointments"]))
}

// slotRequest is a request about slots.
type slotRequest struct {
	name string
	send func()
}

func slotRequests(t testing.TB, h *hospitaltest.Hospital) []slotRequest {
	t.Helper()
	reader, desk := as(h, patient), as(h, hospitaltest.ID("receptionist1"))
	first := time.Now().In(zone).AddDate(0, 0, 1)
	days := func(n int) string {
		return "from=" + first.Format(time.DateOnly) + "&to=" + first.AddDate(0, 0, n-1).Format(time.DateOnly)
	}
	slots := func(path string) []any {
		return reader.Do(http.MethodGet, "/api/hospital/"+path, nil).OK(t).JSON["slots"].([]any)
	}
	search := func(path string) func() { return func() { slots(path) } }
	book := func(doctor, starts string) hospitaltest.Response {
		return desk.Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("walkin"), "doctor": doctor,
			"starts": starts})
	}
	var taken string // a slot of the booked-out doctor and of most others
	if err := h.App.DB().NewQuery("SELECT MIN(starts) FROM appointments WHERE doctor = {:doctor} AND starts > {:first}").
		Bind(dbx.Params{"doctor": bookedOut, "first": kit.FormatInstant(first.AddDate(0, 0, 3))}).Row(&taken); err != nil {
		t.Fatal("find a taken slot:", err)
	}
	refused := func(doctor, starts string) func() {
		return func() {
			if answer := book(doctor, starts); answer.Code("starts") != "slot_taken" {
				t.Fatalf("a taken slot answered %d %s", answer.Status, answer.Raw)
			}
		}
	}
	month := "doctors/" + busy + "/slots?" + days(31)
	free := slots(month)
	return []slotRequest{
		{"a month of a busy doctor", search(month)},
		{"a month of a booked-out doctor", search("doctors/" + bookedOut + "/slots?" + days(31))},
		{"the first slots of a department", search("slots?department=" + id("de", 0))},
		{"the first slots of a booked-out department", search("slots?department=" + id("de", 1))},
		{"the same, in 62 days", search("slots?department=" + id("de", 1) + "&" + days(62))},
		{"booking", func() {
			book(busy, free[0].(map[string]any)["starts"].(string)).OK(t)
			free = free[1:]
		}},
		{"a refused booking at a busy doctor", refused(id("dr", 1), taken)},
		{"a refused booking at a booked-out doctor", refused(bookedOut, taken)},
	}
}

// crowded creates a hospital whose doctors have the same schedule. Every slot was booked; one
// in eight was cancelled and is free.
func crowded(t testing.TB, doctors int) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", hospital.ID, hospitaltest.Body{"timezone": zone.String(),
		"booking_horizon_days": horizon}).OK(t)
	started := time.Now()
	slots, soon := allSlots(started)
	text, err := json.Marshal(slots)
	if err != nil {
		t.Fatal(err)
	}
	patients := doctors * soon / perPatient
	const stamps = ", {:now}, {:now} "
	insert(h, []string{
		people(doctors/ward) + `INSERT INTO departments (id, code, name, active, created, updated)
			SELECT printf('de%013d', i), 'W' || i, 'Ward ' || i, 1` + stamps + `FROM n`,
		people(doctors) + `INSERT INTO users (id, email, tokenKey, name, role, status, created, updated)
			SELECT printf('du%013d', i), printf('d%d@example.org', i), printf('doctor token key %033d', i), 'Doctor ' || i,
			'doctor', 'active'` + stamps + `FROM n`,
		people(doctors) +
			`INSERT INTO doctors (id, user, name, department, consultation, accepts_online, active, created, updated)
			SELECT printf('dr%013d', i), printf('du%013d', i), 'Doctor ' || i, printf('de%013d', i / {:ward}), {:consult}, 1,
			1` + stamps + `FROM n`,
		people(doctors) +
			`INSERT INTO schedules (id, doctor, weekday, start_time, end_time, slot_minutes, capacity, active, created, updated)
			SELECT printf('sc%011d%d%d', i, day.value, hours.key), printf('dr%013d', i), day.value, hours.value ->> 0,
			hours.value ->> 1, 15, 1, 1` + stamps + `
			FROM n, json_each('[1, 2, 3, 4, 5]') day, json_each('[["08:00", "12:00"], ["12:30", "16:30"]]') hours`,
		people(doctors) + `INSERT INTO time_off (id, doctor, starts, ends, reason, active, created, updated)
			SELECT printf('to%09d%04d', i, day.value + 2000), printf('dr%013d', i), strftime('%Y-%m-%d 00:00:00.000Z', {:now},
			day.value || ' days'),
				strftime('%Y-%m-%d 23:00:00.000Z', {:now}, day.value || ' days'), 'congress', 1` + stamps + `
			FROM n, json_each('[-900, -600, -300, -100, -30, 17, 200]') day`,
		people(patients) + `INSERT INTO users (id, email, tokenKey, name, role, status, created, updated)
			SELECT printf('pu%013d', i), printf('p%d@example.org', i), printf('patient token key %032d', i), 'Patient ' || i,
			'patient', 'active'` + stamps + `FROM n`,
		people(patients) + `INSERT INTO patients (id, user, mrn, name, name_key, birth_date, active, created, updated)
			SELECT printf('pa%013d', i), printf('pu%013d', i), printf('M%08d', i), 'Patient ' || i, 'patient ' || i,
			'1980-01-01', 1` + stamps + `FROM n`,
		people(doctors) +
			`INSERT INTO appointments (id, number, patient, doctor, starts, ends, capacity, reason, status, version, created,
			updated)
			SELECT printf('ap%07d%06d', slot.key, i), printf('B-%06d%06d', slot.key, i), printf('pa%013d',
			(slot.key * {:doctors} * 7 + i) % {:patients}), printf('dr%013d', i),
				slot.value ->> 0, slot.value ->> 1, 1, 'cough', CASE WHEN (slot.key + i) % 8 = 0
				AND i / {:ward} != 1 THEN 'cancelled' ELSE 'approved' END, 1` + stamps + `
			FROM json_each({:slots}) slot, n WHERE slot.key < {:soon} OR i = {:ward}`,
		`INSERT INTO appointment_events (id, appointment, action, "to", created, updated)
			SELECT 'ev' || substr(id, 3), id, 'fill', status` + stamps + `FROM appointments WHERE id LIKE 'ap%'`,
	}, dbx.Params{
		"now": kit.FormatInstant(started), "ward": ward, "consult": hospitaltest.ID("consult"),
		"doctors": doctors, "patients": patients, "slots": string(text), "soon": soon,
	})
	h.Verify()
	return h
}

// allSlots are the slots of a doctor, from some months ago to the horizon; the first soon of
// them are booked for all doctors.
func allSlots(now time.Time) (slots [][2]string, soon int) {
	for d := -past; d <= horizon; d++ {
		if d == planned {
			soon = len(slots)
		}
		day := now.In(zone).AddDate(0, 0, d)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		for _, opens := range []int{8 * 60, 12*60 + 30} {
			for minute := opens; minute < opens+4*60; minute += 15 {
				starts := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, zone)
				slots = append(slots, [2]string{kit.FormatInstant(starts), kit.FormatInstant(starts.Add(15 * time.Minute))})
			}
		}
	}
	return slots, soon
}
