package appointments_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// storedVisit is a visit that was written past every rule; times are minutes of one day.
type storedVisit struct {
	id, doctor, patient, status string
	starts, ends, capacity      int
	overbook                    bool
}

func (v storedVisit) active() bool { return v.status == "pending" || v.status == "approved" }

// concurrent returns the other visits and v that are held at the start of v.
func concurrent(v storedVisit, all []storedVisit, held func(storedVisit) bool) (at []storedVisit) {
	for _, o := range all {
		if held(o) && o.active() && o.starts <= v.starts && o.ends > v.starts {
			at = append(at, o)
		}
	}
	return at
}

// TestVerifyFindsEveryOverlap compares the invariants with counting, on random visits: different
// capacities at once, equal starts, visits that touch, inside of others, and of no length.
func TestVerifyFindsEveryOverlap(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	dropOverlapTriggers(t, h)
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- a test
	day := monday()
	for round := range 30 {
		if err := h.SQL("UPDATE appointments SET status = 'completed'"); err != nil {
			t.Fatal(err)
		}
		var all []storedVisit
		var rows []string
		for i := range 5 + random.IntN(30) {
			v := storedVisit{
				id: fmt.Sprintf("r%02dv%011d", round, i), doctor: id(fmt.Sprint("dr", 1+random.IntN(2))),
				patient: id(fmt.Sprint("pat", 1+random.IntN(2))), starts: 60 + 15*random.IntN(60),
				status:   []string{"pending", "approved", "completed", "cancelled"}[random.IntN(4)],
				capacity: random.IntN(4), overbook: random.IntN(8) == 0,
			}
			v.ends = v.starts + 15*(random.IntN(6)-1)
			all = append(all, v)
			at := func(minute int) string { return kit.FormatInstant(day.Add(time.Duration(minute) * time.Minute)) }
			rows = append(rows, fmt.Sprintf("('%s', '%s', '%s', '%s', '%s', '%s', '%s', %d, %t, 1)", v.id, v.id, v.doctor,
				v.patient, v.status, at(v.starts), at(v.ends), v.capacity, v.overbook))
		}
		err := h.SQL(`INSERT INTO appointments
			(id, number, doctor, patient, status, starts, ends, capacity, overbook, version) VALUES ` + strings.Join(rows, ", "))
		if err != nil {
			t.Fatal(err)
		}
		var doctors, patients []string
		for _, v := range all {
			if !v.active() || v.ends <= v.starts {
				continue
			}
			of := concurrent(v, all, func(o storedVisit) bool { return o.doctor == v.doctor && !o.overbook })
			capacity := 1
			for _, o := range of {
				capacity = max(capacity, o.capacity)
			}
			if !v.overbook && len(of) > capacity {
				doctors = append(doctors, v.id)
			}
			if len(concurrent(v, all, func(o storedVisit) bool { return o.patient == v.patient })) > 1 {
				patients = append(patients, v.id)
			}
		}
		for i, want := range [][]string{doctors, patients} {
			var got []string
			invariant := appointments.Module.Invariants[i]
			if err := h.App.DB().NewQuery(invariant.Violations).Column(&got); err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%s\nfound %v\nwant  %v\nof %+v", invariant.Description, got, want, all)
			}
		}
	}
}

func dropOverlapTriggers(t *testing.T, h *hospitaltest.Hospital) {
	t.Helper()
	var triggers []string
	err := h.App.DB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'appointments'").
		Column(&triggers)
	if err != nil {
		t.Fatal(err)
	}
	for _, trigger := range triggers {
		if err := h.SQL("DROP TRIGGER " + trigger); err != nil {
			t.Fatal(err)
		}
	}
}
