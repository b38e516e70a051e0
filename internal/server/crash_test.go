package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/fixture"
	"hospital/internal/kit"
	"hospital/internal/role"
	_ "hospital/migrations"
)

// bookPastVisits books n approved visits, one every half hour, that all have started.
func bookPastVisits(t *testing.T, dir string, n int) (visits []string) {
	t.Helper()
	openApp(t, dir, func(app core.App) {
		err := app.RunInTransaction(func(tx core.App) error {
			w := fixture.New(tx)
			doctor := w.Find("doctor", "doctors", "name", "Dr. Sofia Keller")
			patient := w.Find("patient", "patients", "name", "Tarek Aziz")
			w.Find("ECG", "services", "code", "ECG")
			now := time.Now().Truncate(time.Minute)
			for i := range n {
				name, starts := fmt.Sprintf("visit%03d", i), now.Add(-time.Duration(i+1)*30*time.Minute)
				w.At(starts.Add(-time.Hour))
				w.Create(
					kit.Actor{Role: role.Receptionist},
					name,
					"appointments",
					fixture.Fields{"doctor": doctor.Id, "patient": patient.Id, "starts": starts,
						"overbook": true, "staff_note": "at any hour"},
				)
				w.Create(
					kit.Actor{Role: role.Receptionist},
					"charge"+name,
					"charges",
					fixture.Fields{"appointment": w.ID(name), "service": w.ID("ECG"), "quantity": 1},
				)
				visits = append(visits, w.ID(name))
			}
			return w.Err
		})
		if err != nil {
			t.Fatal("book the visits:", err)
		}
	})
	return visits
}

const (
	billOf = `SELECT COUNT(*) FROM bills b JOIN appointments a ON a.id = b.appointment
		WHERE a.id = {:id} AND a.status = 'completed' AND 2 = (SELECT COUNT(*) FROM bill_items i WHERE i.bill = b.id)`
	billsOfPatient = `SELECT COUNT(*) FROM bills b JOIN patients p ON p.id = b.patient WHERE p.name = 'Tarek Aziz'`
)

func TestAcknowledgedWritesSurviveAKill(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	visits := bookPastVisits(t, dir, 200)

	s := serve(t, dir)
	s.signIn(t, "doctor@hospital.example")
	complete := func(visit string) (int, error) {
		return s.do(
			http.MethodPatch,
			"/api/collections/appointments/records/"+visit,
			map[string]any{"status": "completed"},
		)
	}
	queue, acknowledged := make(chan string, len(visits)), make(chan string, len(visits))
	for _, visit := range visits {
		queue <- visit
	}
	close(queue)
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for visit := range queue {
				status, err := complete(visit)
				switch {
				case err != nil:
					return // the server was killed
				case status != http.StatusOK:
					t.Errorf("completing %s answered %d", visit, status)
				default:
					acknowledged <- visit
				}
			}
		})
	}
	for deadline := time.Now().Add(time.Minute); len(acknowledged) < 60; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d visits were completed in a minute", len(acknowledged))
		}
	}
	s.kill()
	clients.Wait()
	close(acknowledged)
	if n := len(acknowledged); n == len(visits) {
		t.Fatal("every visit was completed before the kill")
	}

	s = serve(t, dir)
	db := openDB(t, dir)
	for visit := range acknowledged {
		if n := queryOne[int](t, db, billOf, dbx.Params{"id": visit}); n != 1 {
			t.Errorf("the acknowledged visit %s has %d bills", visit, n)
		}
	}
	checkSound(t, dir, db)

	s.signIn(t, "doctor@hospital.example")
	for _, visit := range visits { // completing a second time changes nothing
		if status, err := complete(visit); err != nil || status != http.StatusOK {
			t.Fatalf("completing %s after the restart answered %d: %v", visit, status, err)
		}
	}
	checkSound(t, dir, db)
	if n := queryOne[int](t, db, billsOfPatient, nil); n != len(
		visits,
	) {
		t.Errorf("%d visits have %d bills", len(visits), n)
	}
}

// checkSound fails the test unless the stored data is consistent. The server may be running.
func checkSound(t *testing.T, dir string, db *dbx.DB) {
	t.Helper()
	if r := run(t, "", nil, "verify", "--dir", dir); r.code != 0 || strings.Contains(r.stdout, "BROKEN") {
		t.Errorf("verify exited with %d: %s%s", r.code, r.stderr, r.stdout)
	}
	if found := queryOne[string](t, db, "PRAGMA integrity_check", nil); found != "ok" {
		t.Errorf("the database file is damaged: %s", found)
	}
	var numbers []string
	query := db.NewQuery("SELECT number FROM bills WHERE number NOT LIKE 'DRAFT-%' ORDER BY number")
	if err := query.Column(&numbers); err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for _, number := range numbers {
		series := number[:len(number)-len("-000000")]
		next[series]++
		if want := fmt.Sprintf("%s-%06d", series, next[series]); number != want {
			t.Errorf("after %s-%06d comes %s", series, next[series]-1, number)
			return
		}
	}
}

func TestTriggersRefuseOverlapsFromOtherConnections(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	db := openDB(t, dir)
	insert := func(doctor, patient, from string) error {
		_, err := db.NewQuery(`INSERT INTO appointments (id, number, doctor, patient, starts, ends, status)
			SELECT 'fromoutside0000', 'X-1', ` + doctor + `, ` + patient + `, ` + from + `,
			strftime('%Y-%m-%d %H:%M:%fZ', ` + from + `, '+10 minutes'), 'approved'
			FROM appointments a WHERE status = 'approved' LIMIT 1`).Execute()
		return err
	}
	const another, later = "'somebodyelse000'", "strftime('%Y-%m-%d %H:%M:%fZ', starts, '+15 minutes')"
	if err := insert("doctor", another, later); err == nil || !strings.Contains(err.Error(), "slot_taken") {
		t.Errorf("a visit over another of its doctor: %v", err)
	}
	if err := insert(another, "patient", later); err == nil || !strings.Contains(err.Error(), "patient_busy") {
		t.Errorf("a visit over another of its patient: %v", err)
	}
	if err := insert("doctor", "patient", "ends"); err != nil {
		t.Errorf("a visit right after another: %v", err)
	}
}

func TestSynchronousIsFullByDefault(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]string{"": "full", "HOSPITAL_SYNCHRONOUS=normal": "normal"} {
		s := serve(t, demoData(t), env)
		s.waitFor(t, `"synchronous":"`+want+`","logs_synchronous":"normal"`)
	}
}
