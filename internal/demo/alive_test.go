package demo_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tests"

	"hospital/hooks"
	"hospital/internal/demo"
	"hospital/internal/kit"
	"hospital/internal/verify"
	_ "hospital/migrations"
	"hospital/modules"
	"hospital/modules/audit"
)

// filled is a demo hospital that was made with a seed, now.
func filled(t *testing.T, seed uint64) *tests.TestApp {
	t.Helper()
	app, err := tests.NewTestApp(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Cleanup)
	audit.SetKey(app, []byte("a key of the tests, of 32 bytes."))
	kit.Register(app, modules.All)
	hooks.Register(app)
	last := 0
	if err := demo.FillAlive(app, seed, func(done, all int) {
		if done != last+1 || done > all {
			t.Errorf("step %d of %d comes after %d", done, all, last)
		}
		last = done
	}); err != nil {
		t.Fatal(err)
	}
	if last == 0 {
		t.Error("it does not say how far it is")
	}
	return app
}

// column reads a column of text.
func column(t *testing.T, app *tests.TestApp, sql string) (all []string) {
	t.Helper()
	if err := app.DB().NewQuery(sql).Column(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheDemoIsAHospitalAtWork(t *testing.T) {
	t.Parallel()
	app := filled(t, 1)
	if err := verify.Run(app, modules.All, io.Discard); err != nil {
		t.Errorf("verify: %v", err)
	}
	for what, least := range map[string]int{
		"SELECT id FROM doctors WHERE active":                        12,
		"SELECT id FROM departments WHERE active":                    5,
		"SELECT id FROM patients":                                    200,
		"SELECT id FROM bills WHERE status = 'paid'":                 150,
		"SELECT DISTINCT substr(issued_at, 1, 7) FROM bills":         11,
		"SELECT id FROM prescriptions WHERE status = 'issued'":       50,
		"SELECT id FROM appointments WHERE status = 'pending'":       4,
		"SELECT DISTINCT doctor FROM appointments":                   12,
		"SELECT id FROM appointments WHERE starts > '" + at(0) + "'": 30,
	} {
		if n := len(column(t, app, what)); n < least {
			t.Errorf("%s: %d, want %d", what, n, least)
		}
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if now := time.Now().In(zone); now.Hour() < 6 || now.Hour() > 18 {
		return // at night, the day is shorter on one side
	}
	states := column(t, app, `SELECT DISTINCT CASE WHEN status = 'approved' AND started_at != '' THEN 'in visit'
		WHEN status = 'approved' AND checked_in_at != '' THEN 'waiting' WHEN cancel_code != '' THEN cancel_code ELSE status END
		FROM appointments WHERE starts BETWEEN '`+at(-6*time.Hour)+`' AND '`+at(6*time.Hour)+`'`)
	for _, state := range []string{"in visit", "waiting", "no_show", "completed", "approved"} {
		if !slices.Contains(states, state) {
			t.Errorf("today has visits in the states %v, and none %s", states, state)
		}
	}
}

func at(from time.Duration) string { return kit.FormatInstant(time.Now().Add(from)) }

func TestTheSameSeedMakesTheSameHospital(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it makes two hospitals")
	}
	const people = "SELECT name || birth_date || blood_group FROM patients ORDER BY id"
	one, other := column(t, filled(t, 7), people), column(t, filled(t, 7), people)
	if !slices.Equal(one, other) {
		t.Error("the same seed makes other patients")
	}
}
