package server_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/kit"
	_ "hospital/migrations"
)

// maxWait is how long a write may take while a backup is made, as docs/operating.md promises.
const maxWait = 2 * time.Second

// booking is an acknowledged visit.
type booking struct {
	id   string
	sent time.Time
	took time.Duration
}

// bookConcurrently books visits from several clients until stop is called, which returns the acknowledged ones.
func bookConcurrently(t testing.TB, s *process, dir string, clients int) (stop func() []booking) {
	t.Helper()
	db := openDB(t, dir)
	doctor := queryOne[string](t, db, "SELECT id FROM doctors WHERE name = 'Dr. Sofia Keller'", nil)
	patient := queryOne[string](t, db, "SELECT id FROM patients WHERE name = 'Tarek Aziz'", nil)
	begins := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 30)
	var (
		next  atomic.Int64
		done  = make(chan struct{})
		all   sync.WaitGroup
		lock  sync.Mutex
		acked []booking
	)
	for range clients {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				n := next.Add(1)
				b := booking{id: fmt.Sprintf("storm%010d", n), sent: time.Now()}
				starts := begins.Add(time.Duration(n) * 10 * time.Minute)
				status, answer, err := s.send(http.MethodPost, "/api/collections/appointments/records", map[string]any{
					"id": b.id, "doctor": doctor, "patient": patient, "overbook": true, "staff_note": "load test",
					"starts": kit.FormatInstant(starts), "ends": kit.FormatInstant(starts.Add(10 * time.Minute))})
				if err != nil || status != http.StatusOK {
					t.Errorf("booking answered %d %v %v", status, answer, err)
					return
				}
				b.took = time.Since(b.sent)
				lock.Lock()
				acked = append(acked, b)
				lock.Unlock()
			}
		})
	}
	return func() []booking {
		close(done)
		all.Wait()
		return acked
	}
}

func TestBackupContainsAcknowledgedWritesAndDoesNotBlockWriters(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	db := openDB(t, dir)
	for _, sql := range []string{"CREATE TABLE ballast (data BLOB)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) " +
			"INSERT INTO ballast SELECT randomblob(8000) FROM n"} {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	stored := filepath.Join(dir, "storage", "collection", "record")
	if err := os.MkdirAll(stored, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stored, "scan.pdf"), []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	s.signIn(t, "reception@hospital.example")
	stop := bookConcurrently(t, s, dir, 4)
	time.Sleep(time.Second)
	started := time.Now()
	made := run(t, "", nil, "backup", "--dir", dir)
	ended := time.Now()
	acked := stop()
	made.succeeded(t)
	file, _, _ := strings.Cut(made.stdout, "\n")

	restored := filepath.Join(t.TempDir(), "restored")
	run(t, "", nil, "restore", file, "--to", restored).succeeded(t)
	copyAuditKey(t, dir, restored)
	run(t, "", nil, "verify", "--dir", restored).succeeded(t)
	copied := openDB(t, restored)
	var before, during int
	var slowest, usual time.Duration
	for _, b := range acked {
		if b.sent.Add(b.took).Before(started) {
			before++
			usual = max(usual, b.took)
			if queryOne[int](
				t,
				copied,
				"SELECT COUNT(*) FROM appointments WHERE id = {:id}",
				dbx.Params{"id": b.id},
			) != 1 {
				t.Errorf("the backup does not contain %s", b.id)
			}
		}
		if b.sent.Before(ended) && b.sent.Add(b.took).After(started) {
			during++
			slowest = max(slowest, b.took)
		}
	}
	t.Logf(
		"a backup of 24 MB took %s; %d bookings before it are in it; of %d during it the slowest took %s, before it %s",
		ended.Sub(started),
		before,
		during,
		slowest,
		usual,
	)
	if before < 5 || during < 5 {
		t.Errorf("too few bookings: %d before, %d during the backup", before, during)
	}
	if slowest > maxWait {
		t.Errorf("a booking waited %s for the backup", slowest)
	}
	if text, err := os.ReadFile(filepath.Join(restored, "storage", "collection", "record", "scan.pdf")); err != nil ||
		string(text) != "a file" {
		t.Errorf("the stored file is %q: %v", text, err)
	}
}

// BenchmarkSynchronous measures what it costs that writes survive a power cut.
func BenchmarkSynchronous(b *testing.B) {
	for _, synchronous := range []string{"full", "normal"} {
		for _, clients := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/%d", synchronous, clients), func(b *testing.B) {
				dir := demoData(b)
				s := serve(b, dir, "HOSPITAL_SYNCHRONOUS="+synchronous)
				s.signIn(b, "reception@hospital.example")
				b.ResetTimer()
				started := time.Now()
				stop := bookConcurrently(b, s, dir, clients)
				time.Sleep(5 * time.Second)
				b.ReportMetric(float64(len(stop()))/time.Since(started).Seconds(), "bookings/s")
			})
		}
	}
}
