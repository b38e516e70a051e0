package operations_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/audit"
)

// longestWait is for how long a write may wait while a backup is made, as
// OPERATING.md says.
const longestWait = 2 * time.Second

// booking is a visit that was acknowledged.
type booking struct {
	id    string
	asked time.Time
	took  time.Duration
}

// storm books visits with some clients at once, until it is told to stop.
func storm(t testing.TB, s *server, dir string, clients int) (stop func() []booking) {
	t.Helper()
	db := outside(t, dir)
	doctor := answered[string](t, db, "SELECT id FROM doctors WHERE name = 'Dr. Sofia Keller'", nil)
	patient := answered[string](t, db, "SELECT id FROM patients WHERE name = 'Tarek Aziz'", nil)
	begins := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 30)
	var (
		next  atomic.Int64
		over  = make(chan struct{})
		all   sync.WaitGroup
		lock  sync.Mutex
		acked []booking
	)
	for range clients {
		all.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				n := next.Add(1)
				b := booking{id: fmt.Sprintf("storm%010d", n), asked: time.Now()}
				status, answer, err := s.ask(http.MethodPost, "/api/collections/appointments/records", map[string]any{"id": b.id, "doctor": doctor, "patient": patient,
					"starts": kit.FormatInstant(begins.Add(time.Duration(n) * 10 * time.Minute)), "ends": kit.FormatInstant(begins.Add(time.Duration(n+1) * 10 * time.Minute)), "overbook": true, "staff_note": "in a storm"})
				if err != nil || status != http.StatusOK {
					t.Errorf("booking answered %d %v %v", status, answer, err)
					return
				}
				b.took = time.Since(b.asked)
				lock.Lock()
				acked = append(acked, b)
				lock.Unlock()
			}
		})
	}
	return func() []booking {
		close(over)
		all.Wait()
		return acked
	}
}

// TestABackupHoldsWhatWasAcknowledgedAndHoldsNobodyUp while others write, with a
// database of some size.
func TestABackupHoldsWhatWasAcknowledgedAndHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	db := outside(t, dir)
	for _, sql := range []string{"CREATE TABLE ballast (data BLOB)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO ballast SELECT randomblob(8000) FROM n"} {
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
	stop := storm(t, s, dir, 4)
	time.Sleep(time.Second)
	began := time.Now()
	made := run(t, "", nil, "backup", "--dir", dir)
	ended := time.Now()
	acked := stop()
	made.succeeded(t)
	file, _, _ := strings.Cut(made.stdout, "\n")

	restored := filepath.Join(t.TempDir(), "restored")
	run(t, "", nil, "restore", file, "--to", restored).succeeded(t)
	giveKey(t, dir, restored)
	run(t, "", nil, "verify", "--dir", restored).succeeded(t)
	copied := outside(t, restored)
	var before, during int
	var longest, usual time.Duration
	for _, b := range acked {
		if b.asked.Add(b.took).Before(began) {
			before++
			usual = max(usual, b.took)
			if answered[int](t, copied, "SELECT COUNT(*) FROM appointments WHERE id = {:id}", dbx.Params{"id": b.id}) != 1 {
				t.Errorf("the backup does not hold %s", b.id)
			}
		}
		if b.asked.Before(ended) && b.asked.Add(b.took).After(began) {
			during++
			longest = max(longest, b.took)
		}
	}
	t.Logf("a backup of 24 MB took %s; %d bookings before it are in it; of %d during it the slowest took %s, before it %s", ended.Sub(began), before, during, longest, usual)
	if before < 5 || during < 5 {
		t.Errorf("this was no storm: %d bookings before, %d during the backup", before, during)
	}
	if longest > longestWait {
		t.Errorf("a booking waited %s for the backup", longest)
	}
	if text, err := os.ReadFile(filepath.Join(restored, "storage", "collection", "record", "scan.pdf")); err != nil || string(text) != "a file" {
		t.Errorf("the stored file is %q: %v", text, err)
	}
}

// giveKey puts the key of the audit log back, as an operator does after a restore.
func giveKey(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(audit.KeyFile(from))
	if err == nil {
		err = os.WriteFile(audit.KeyFile(to), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestABackupSaysWhatItHoldsAndHoldsNoKey(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	key, err := os.ReadFile(audit.KeyFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	made := run(t, "", nil, "backup", "--dir", dir)
	made.succeeded(t)
	file, rest, _ := strings.Cut(made.stdout, "\n")
	if !strings.Contains(rest, audit.KeyFile(dir)) {
		t.Errorf("it does not say what is missing: %s", rest)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v %v", info, err)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var manifest []byte
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil || bytes.Contains(content, bytes.TrimSpace(key)) {
			t.Errorf("%s holds the key of the audit log (%v)", f.Name, err)
		}
		if f.Name == "manifest.json" {
			manifest = content
		}
	}
	var m struct {
		Version string
		Made    time.Time
		Files   []struct {
			Name, SHA256 string
			Size         int64
		}
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	if m.Version != kit.Version || time.Since(m.Made) > time.Minute || len(m.Files) < 3 || m.Files[0].Name != "data.db" || len(m.Files[0].SHA256) != 64 || m.Files[0].Size == 0 {
		t.Errorf("the manifest is %+v", m)
	}
	if i := slices.IndexFunc(m.Files, func(f struct {
		Name, SHA256 string
		Size         int64
	}) bool {
		return strings.HasPrefix(f.Name, "storage/")
	}); i < 0 {
		t.Error("the files of patients are not in it")
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the backup stand %v (%v)", left, err)
	}
}

func TestAServerBacksItselfUpAndKeepsTheNewest(t *testing.T) {
	t.Parallel()
	dir, to := furnished(t), filepath.Join(t.TempDir(), "elsewhere")
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"hospital_before_the_move.zip", "notes.txt"} { // not made by the program
		if err := os.WriteFile(filepath.Join(to, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cutOff, daysAgo := filepath.Join(to, ".unfinished-1"), time.Now().AddDate(0, 0, -2) // of a backup that a power cut ended
	if err := os.Mkdir(cutOff, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(cutOff, daysAgo, daysAgo); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOSPITAL_BACKUP_DIR=" + to, "HOSPITAL_BACKUP_KEEP=2"}
	var made []string
	for range 2 {
		r := run(t, "", env, "backup", "--dir", dir)
		r.succeeded(t)
		file, _, _ := strings.Cut(r.stdout, "\n")
		made = append(made, file)
	}
	s := serve(t, dir, env...)
	s.operate(t)
	if status, _, _ := s.ask(http.MethodPost, "/api/crons/hospitalBackup", nil); status != http.StatusNoContent {
		t.Fatalf("to start the backup answered %d", status)
	}
	s.says(t, `"msg":"backup"`)
	kept, _ := filepath.Glob(filepath.Join(to, "*"))
	if len(kept) != 4 {
		t.Errorf("kept are %v", kept)
	}
	if _, err := os.Stat(made[0]); err == nil {
		t.Error("the oldest is still there")
	}
	if _, err := os.Stat(made[1]); err != nil {
		t.Error("the newer one is gone")
	}
}

func TestNoHospitalAndNoRoomMakeNoBackup(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	run(t, "", nil, "backup", "--dir", t.TempDir()).refused(t, "no hospital")
	run(t, "", []string{"HOSPITAL_DISK_FREE_MB=999999999"}, "backup", "--dir", dir).refused(t, "no room")
	if left, _ := filepath.Glob(filepath.Join(dir, "backups", "*")); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

// rezipped writes a backup again, with other files.
func rezipped(t *testing.T, file string, change func(name string, content []byte) (string, []byte)) (changed string) {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	changed = filepath.Join(t.TempDir(), "changed.zip")
	out, err := os.Create(changed)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(out)
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		name, content := change(f.Name, content)
		if name == "" {
			continue
		}
		into, err := w.Create(name)
		if err == nil {
			_, err = into.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	return changed
}

func TestARestoreTakesOnlyAWholeBackupIntoAnEmptyPlace(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	made := run(t, "", nil, "backup", "--dir", dir)
	made.succeeded(t)
	file, _, _ := strings.Cut(made.stdout, "\n")
	as := func(was, is string) func(string, []byte) (string, []byte) { // also in the manifest
		return func(name string, content []byte) (string, []byte) {
			if name == was {
				name = is
			}
			return name, bytes.ReplaceAll(content, []byte(`"`+was+`"`), []byte(`"`+is+`"`))
		}
	}
	for why, change := range map[string]func(string, []byte) (string, []byte){
		"the backup is damaged": func(name string, content []byte) (string, []byte) {
			if name == "data.db" {
				content[len(content)/2] ^= 1
			}
			return name, content
		},
		"not as the manifest says": func(name string, content []byte) (string, []byte) { // longer than it says
			if name == "auxiliary.db" {
				content = append(content, 0)
			}
			return name, content
		},
		"does not hold what its manifest says": func(name string, content []byte) (string, []byte) {
			if name == "auxiliary.db" {
				return "", nil
			}
			return name, content
		},
		"this is no backup of a hospital": func(name string, content []byte) (string, []byte) {
			if name == "manifest.json" {
				return "", nil
			}
			return name, content
		},
		"of a newer program":                           as("format", "formats"),
		`"../auxiliary.db" does not belong`:            as("auxiliary.db", "../auxiliary.db"),
		`"storage/../../auxiliary.db" does not belong`: as("auxiliary.db", "storage/../../auxiliary.db"),
		`"/tmp/auxiliary.db" does not belong`:          as("auxiliary.db", "/tmp/auxiliary.db"),
	} {
		to := filepath.Join(t.TempDir(), "to")
		run(t, "", nil, "restore", rezipped(t, file, change), "--to", to).refused(t, why)
		if left, _ := os.ReadDir(to); len(left) > 0 {
			t.Errorf("%s: left are %v", why, left)
		}
	}
	run(t, "", nil, "restore", file, "--to", dir).refused(t, "is not empty")
	run(t, "", nil, "restore", file).refused(t, "--to")
	run(t, "", nil, "restore", audit.KeyFile(dir), "--to", t.TempDir()).refused(t, "zip")

	empty := t.TempDir()
	run(t, "", nil, "restore", file, "--to", empty).succeeded(t)
	giveKey(t, dir, empty)
	inside(t, empty, func(app core.App) {
		if _, err := app.FindAuthRecordByEmail("users", "nurse@hospital.example"); err != nil {
			t.Error("the restored hospital has no accounts:", err)
		}
	})
	run(t, "", nil, "verify", "--dir", empty).succeeded(t)
}

// BenchmarkPower is what it costs that a write survives a power cut.
func BenchmarkPower(b *testing.B) {
	for _, synchronous := range []string{"full", "normal"} {
		for _, clients := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/%d", synchronous, clients), func(b *testing.B) {
				dir := furnished(b)
				s := serve(b, dir, "HOSPITAL_SYNCHRONOUS="+synchronous)
				s.signIn(b, "reception@hospital.example")
				b.ResetTimer()
				began := time.Now()
				stop := storm(b, s, dir, clients)
				time.Sleep(5 * time.Second)
				b.ReportMetric(float64(len(stop()))/time.Since(began).Seconds(), "bookings/s")
			})
		}
	}
}
