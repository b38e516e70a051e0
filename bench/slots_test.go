package bench_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/hospital"
)

const (
	crowd   = 240 // doctors, with a million visits in total
	ward    = 12  // doctors of a department; the second department is booked out
	past    = 100 // days
	planned = 90  // future days that are booked
	horizon = 365 // the booking horizon in days; one doctor is booked out until then
)

var (
	zone, _   = time.LoadLocation("Europe/Berlin")
	busy      = id("dr", 0)    // has one slot in eight free
	bookedOut = id("dr", ward) // has none until the horizon
)

// BenchmarkSlots checks that searching and booking slots uses indexes, with and without
// statistics, and that its time does not grow with the hospital.
func BenchmarkSlots(b *testing.B) {
	for range b.N {
		few, many := crowded(b, crowd/10), crowded(b, crowd)
		in, inATenth := tasks(b, many), tasks(b, few)
		checkPlans(b, many, in, "")

		var table strings.Builder
		out := tabwriter.NewWriter(&table, 2, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(out, "\tslots in the answer\tms\tin a tenth ms\tgrowth\t")
		for i, task := range in {
			slots, now := task.median(b)
			_, tenth := inATenth[i].median(b)
			grown := float64(now) / float64(tenth)
			if now > growth*tenth+noise {
				b.Errorf("%s: in a hospital ten times as large it takes %.1f times as long", task.name, grown)
			}
			fmt.Fprintf(out, "%s\t%d\t%.1f\t%.1f\t%.1f\t\n", task.name, slots, ms(now), ms(tenth), grown)
		}
		_ = out.Flush() // into memory
		fmt.Printf("Free slots among %d visits:\n%s\n", many.Count("appointments"), table.String())

		insert(many, []string{"ANALYZE"}, nil)
		checkPlans(b, many, in, "with statistics, ")
	}
}

// checkPlans fails unless all statements, triggers included, find the visits of a doctor or
// patient by an index.
func checkPlans(b *testing.B, h *hospitaltest.Hospital, tasks []task, when string) {
	b.Helper()
	check := func(name string, plans []hospitaltest.Plan) {
		var steps []string
		for _, p := range plans {
			steps = append(steps, p.Steps...)
			if scans := p.FullScans("appointments", "doctor", "patient"); len(scans) > 0 {
				b.Errorf("%s%s: reads rows without an index: %s\n%s", when, name, strings.Join(scans, ", "), p.SQL)
			}
		}
		if when == "" {
			fmt.Printf("%s:\n%s\n\n", name, strings.Join(slices.Compact(steps), "\n"))
		}
	}
	for _, task := range tasks {
		check(task.name, h.Plans(func() { task.run(b) }))
	}
	check("the triggers", h.TriggerPlans(kit.CatalogOf(modules.All)["appointments"]))
}

// task is a request about slots; run returns the number of slots in the answer.
type task struct {
	name string
	run  func(b *testing.B) (slots int)
}

func (e task) median(b *testing.B) (slots int, took time.Duration) {
	b.Helper()
	var all []time.Duration
	for range 15 {
		started := time.Now()
		slots = e.run(b)
		all = append(all, time.Since(started))
	}
	slices.Sort(all)
	return slots, all[len(all)/2]
}

func tasks(b *testing.B, h *hospitaltest.Hospital) []task {
	b.Helper()
	reader, desk := as(h, patient), as(h, hospitaltest.ID("receptionist1"))
	first := time.Now().In(zone).AddDate(0, 0, 1)
	days := func(n int) string {
		return "from=" + first.Format(time.DateOnly) + "&to=" + first.AddDate(0, 0, n-1).Format(time.DateOnly)
	}
	slots := func(path string) []any {
		return reader.Do(http.MethodGet, "/api/hospital/"+path, nil).OK(b).JSON["slots"].([]any)
	}
	search := func(path string) func(*testing.B) int { return func(*testing.B) int { return len(slots(path)) } }
	book := func(doctor, starts string) hospitaltest.Response {
		return desk.Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("walkin"), "doctor": doctor,
			"starts": starts})
	}
	var taken string // a slot of the booked-out doctor and of most others
	if err := h.App.DB().NewQuery("SELECT MIN(starts) FROM appointments WHERE doctor = {:doctor} AND starts > {:first}").
		Bind(dbx.Params{"doctor": bookedOut, "first": kit.FormatInstant(first.AddDate(0, 0, 3))}).Row(&taken); err != nil {
		b.Fatal("find a taken slot:", err)
	}
	refused := func(doctor, starts string) func(b *testing.B) int {
		return func(b *testing.B) int {
			answer := book(doctor, starts)
			if answer.Code("starts") != "slot_taken" {
				b.Fatalf("a taken slot answered %d %s", answer.Status, answer.Raw)
			}
			why := answer.JSON["data"].(map[string]any)["starts"].(map[string]any)
			return len(why["params"].(map[string]any)["slots"].([]any))
		}
	}
	month := "doctors/" + busy + "/slots?" + days(31)
	free := slots(month)
	return []task{
		{"a month of a busy doctor", search(month)},
		{"a month of a booked-out doctor", search("doctors/" + bookedOut + "/slots?" + days(31))},
		{"the first slots of a department", search("slots?department=" + id("de", 0))},
		{"the first slots of a booked-out department", search("slots?department=" + id("de", 1))},
		{"the same, in 62 days", search("slots?department=" + id("de", 1) + "&" + days(62))},
		{"booking", func(b *testing.B) int {
			book(busy, free[0].(map[string]any)["starts"].(string)).OK(b)
			free = free[1:]
			return 0
		}},
		{"a refused booking at a busy doctor", refused(id("dr", 1), taken)},
		{"a refused booking at a booked-out doctor", refused(bookedOut, taken)},
	}
}

// crowded creates a hospital whose doctors have the same schedule. Every slot was booked; one
// in eight was cancelled and is free.
func crowded(b *testing.B, doctors int) *hospitaltest.Hospital {
	b.Helper()
	h := hospitaltest.New(b)
	h.As("admin1").Update("hospital", hospital.ID, hospitaltest.Body{"timezone": zone.String(),
		"booking_horizon_days": horizon}).OK(b)
	started := time.Now()
	slots, soon := allSlots(started)
	text, err := json.Marshal(slots)
	if err != nil {
		b.Fatal(err)
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
	filled := time.Since(started)
	started = time.Now()
	h.Verify()
	fmt.Printf("Filled a hospital with %d visits, %d patients and %d doctors in %.1f s, and verified it in %.1f s.\n",
		h.Count("appointments"), patients, doctors, filled.Seconds(), time.Since(started).Seconds())
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
