// Package operations_test runs the real binary as an operator does.
package operations_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/hooks"
	"hospital/internal/demo"
	"hospital/internal/fixture"
	"hospital/internal/kit"
	_ "hospital/migrations"
	"hospital/modules"
	"hospital/modules/audit"
)

var scratch string

func TestMain(m *testing.M) {
	code := m.Run()
	if scratch != "" {
		_ = os.RemoveAll(scratch)
	}
	os.Exit(code)
}

// binary is the hospital, built once, and example a directory with its demo data.
var (
	binary = sync.OnceValue(func() string {
		var err error
		if scratch, err = os.MkdirTemp("", "hospital"); err != nil {
			panic(err)
		}
		file := filepath.Join(scratch, "hospital")
		build := exec.Command("go", "build", "-o", file, ".")
		build.Dir = "../.."
		if said, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("build the hospital: %v\n%s", err, said))
		}
		return file
	})
	example = sync.OnceValue(func() string {
		program := binary()
		dir := filepath.Join(scratch, "demo")
		if said, err := exec.Command(program, "demo", "--dir", dir).CombinedOutput(); err != nil {
			panic(fmt.Sprintf("fill the demo hospital: %v\n%s", err, said))
		}
		return dir
	})
)

// furnished is a demo hospital of the test's own.
func furnished(t testing.TB) (dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs the binary")
	}
	dir = filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(example())); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(audit.KeyFile(example()))
	if err != nil {
		t.Fatal("the key of the audit log stands beside the data:", err)
	}
	if err := os.WriteFile(audit.KeyFile(dir), key, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ran is how a command ended.
type ran struct {
	code           int
	stdout, stderr string
}

func run(t testing.TB, stdin string, env []string, args ...string) ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, binary(), args...)
	var stdout, stderr bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &stdout, &stderr
	c.Env = append(os.Environ(), env...)
	var failed *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &failed) {
		t.Fatalf("run %v: %v", args, err)
	}
	return ran{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// refused fails the test unless a command ended with 1 and said why in a sentence.
func (r ran) refused(t *testing.T, why string) {
	t.Helper()
	said := strings.TrimSpace(r.stderr)
	if r.code != 1 || !strings.Contains(said, "hospital: ") || !strings.Contains(said, why) || strings.Contains(said, "panic") {
		t.Errorf("exited with %d and said %q, want 1 and %q", r.code, said, why)
	}
}

func (r ran) succeeded(t testing.TB) {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exited with %d: %s%s", r.code, r.stderr, r.stdout)
	}
}

// inside opens a data directory in this process while nobody serves it.
func inside(t *testing.T, dir string, work func(app core.App)) {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		t.Fatal("open the data directory:", err)
	}
	kit.Register(app, modules.All)
	hooks.Register(app)
	work(app)
	if err := app.ClearBootstrap(); err != nil {
		t.Fatal("close the data directory:", err)
	}
}

// outside is a connection of somebody else's to the database.
func outside(t testing.TB, dir string) *dbx.DB {
	t.Helper()
	db, err := core.DefaultDBConnect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal("connect:", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// answered is the one value of a query.
func answered[T any](t testing.TB, db *dbx.DB, sql string, params dbx.Params) (value T) {
	t.Helper()
	if err := db.NewQuery(sql).Bind(params).Row(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// server is the hospital serving a data directory.
type server struct {
	address string
	process *exec.Cmd
	token   string // of whoever has signed in
	said    heard  // on standard error
}

// heard is what a program says, also while it speaks.
type heard struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.lock.Lock()
	defer h.lock.Unlock()
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.lock.Lock()
	defer h.lock.Unlock()
	return h.text.String()
}

func serve(t testing.TB, dir string, env ...string) *server {
	t.Helper()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{address: taken.Addr().String()}
	_ = taken.Close()
	s.process = exec.Command(binary(), "serve", "--dir", dir, "--http="+s.address)
	s.process.Env, s.process.Stderr = append(append(os.Environ(), "HOSPITAL_RATE_LIMIT=0"), env...), &s.said // tests ask faster than people
	if err := s.process.Start(); err != nil {
		t.Fatal("serve:", err)
	}
	t.Cleanup(s.kill)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err := s.do(http.MethodGet, "/api/health", nil); err == nil {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not answer: ", s.said.String())
		}
	}
}

// kill ends the server as a power cut would, without a word.
func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

func (s *server) do(method, path string, body map[string]any) (status int, err error) {
	status, _, err = s.ask(method, path, body)
	return status, err
}

func (s *server) ask(method, path string, body map[string]any) (status int, answer map[string]any, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequest(method, "http://"+s.address+path, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", s.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if raw, err = io.ReadAll(response.Body); err != nil {
		return 0, nil, err
	}
	return response.StatusCode, answer, json.Unmarshal(raw, &answer)
}

// says waits until a server has said something on standard error.
func (s *server) says(t testing.TB, text string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(s.said.String(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server does not say %s: %s", text, s.said.String())
		}
	}
}

// operate signs in the operator of the demo hospital.
func (s *server) operate(t testing.TB) {
	t.Helper()
	status, answer, err := s.ask(http.MethodPost, "/api/collections/_superusers/auth-with-password", map[string]any{"identity": "operator@hospital.example", "password": "demo-hospital"})
	if err != nil || status != http.StatusOK {
		t.Fatalf("sign in the operator: %d %v %v", status, answer, err)
	}
	s.token = answer["token"].(string)
}

func (s *server) signIn(t testing.TB, email string) {
	t.Helper()
	status, answer, err := s.ask(http.MethodPost, "/api/collections/users/auth-with-password", map[string]any{"identity": email, "password": demo.Password})
	if err != nil || status != http.StatusOK {
		t.Fatalf("sign in %s: %d %v %v", email, status, answer, err)
	}
	s.token = answer["token"].(string)
}

// begun books approved visits, one every half hour, that have all begun.
func begun(t *testing.T, dir string, n int) (visits []string) {
	t.Helper()
	inside(t, dir, func(app core.App) {
		err := app.RunInTransaction(func(tx core.App) error {
			w := fixture.New(tx)
			doctor := w.Find("doctor", "doctors", "name", "Dr. Sofia Keller")
			patient := w.Find("patient", "patients", "name", "Tarek Aziz")
			w.Find("ECG", "services", "code", "ECG")
			now := time.Now().Truncate(time.Minute)
			for i := range n {
				name, starts := fmt.Sprintf("visit%03d", i), now.Add(-time.Duration(i+1)*30*time.Minute)
				w.At(starts.Add(-time.Hour))
				w.Create(kit.Actor{Role: role.Receptionist}, name, "appointments", fixture.Fields{"doctor": doctor.Id, "patient": patient.Id, "starts": starts,
					"overbook": true, "staff_note": "at any hour"})
				w.Create(kit.Actor{Role: role.Receptionist}, "charge"+name, "charges", fixture.Fields{"appointment": w.ID(name), "service": w.ID("ECG"), "quantity": 1})
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

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	visits := begun(t, dir, 200)

	s := serve(t, dir)
	s.signIn(t, "doctor@hospital.example")
	complete := func(visit string) (int, error) {
		return s.do(http.MethodPatch, "/api/collections/appointments/records/"+visit, map[string]any{"status": "completed"})
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
					return // the server is gone
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
	db := outside(t, dir)
	for visit := range acknowledged {
		if n := answered[int](t, db, "SELECT COUNT(*) FROM bills b JOIN appointments a ON a.id = b.appointment WHERE a.id = {:id} AND a.status = 'completed' AND 2 = (SELECT COUNT(*) FROM bill_items i WHERE i.bill = b.id)", dbx.Params{"id": visit}); n != 1 {
			t.Errorf("the acknowledged visit %s has %d bills", visit, n)
		}
	}
	sound(t, dir, db)

	s.signIn(t, "doctor@hospital.example")
	for _, visit := range visits { // to complete a second time changes nothing
		if status, err := complete(visit); err != nil || status != http.StatusOK {
			t.Fatalf("completing %s after the restart answered %d: %v", visit, status, err)
		}
	}
	sound(t, dir, db)
	if n := answered[int](t, db, "SELECT COUNT(*) FROM bills b JOIN patients p ON p.id = b.patient WHERE p.name = 'Tarek Aziz'", nil); n != len(visits) {
		t.Errorf("%d visits have %d bills", len(visits), n)
	}
}

// sound fails the test unless the stored data is whole, also while it is served.
func sound(t *testing.T, dir string, db *dbx.DB) {
	t.Helper()
	if r := run(t, "", nil, "verify", "--dir", dir); r.code != 0 || strings.Contains(r.stdout, "BROKEN") {
		t.Errorf("verify exited with %d: %s%s", r.code, r.stderr, r.stdout)
	}
	if said := answered[string](t, db, "PRAGMA integrity_check", nil); said != "ok" {
		t.Errorf("the database file is damaged: %s", said)
	}
	var numbers []string
	if err := db.NewQuery("SELECT number FROM bills WHERE number NOT LIKE 'DRAFT-%' ORDER BY number").Column(&numbers); err != nil {
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

func TestAVisitPutInFromOutsideCannotOverlap(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	db := outside(t, dir)
	insert := func(doctor, patient, from string) error {
		_, err := db.NewQuery(`INSERT INTO appointments (id, number, doctor, patient, starts, ends, status)
			SELECT 'fromoutside0000', 'X-1', ` + doctor + `, ` + patient + `, ` + from + `, strftime('%Y-%m-%d %H:%M:%fZ', ` + from + `, '+10 minutes'), 'approved'
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

func TestACommandThatFailsSaysWhyAndExitsWith1(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		why  string
		args []string
	}{
		{`unknown command "heal"`, []string{"heal"}},
		{"unknown flag: --heal", []string{"serve", "--heal"}},
		{"unknown command", []string{"verify", "everything"}},
		{"unknown command", []string{"superuser", "bogus"}},
		{"email", []string{"superuser", "upsert", "bad"}},
		{"password", []string{"superuser", "upsert", "somebody@example.org"}},
		{"in use", []string{"serve", "--http=" + taken.Addr().String()}},
	} {
		run(t, "", nil, append(c.args, "--dir", dir)...).refused(t, c.why)
	}
}

func TestVerifyTellsASoundHospitalFromABrokenOne(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	run(t, "", nil, "verify", "--dir", dir).succeeded(t)
	run(t, "", nil, "verify", "--dir", t.TempDir()).refused(t, "no hospital")

	db := outside(t, dir)
	victim := answered[string](t, db, "SELECT appointment FROM bills WHERE appointment != '' LIMIT 1", nil)
	for _, sql := range []string{"DROP TRIGGER bills_no_delete", "DELETE FROM bills WHERE appointment = '" + victim + "'"} {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	r := run(t, "", nil, "verify", "--dir", dir)
	r.refused(t, "broken")
	broken := slices.DeleteFunc(strings.Split(r.stdout, "\n"), func(line string) bool {
		return !strings.Contains(line, "BROKEN") || !strings.Contains(line, victim)
	})
	if len(broken) != 1 || !strings.Contains(broken[0], "exactly one bill") {
		t.Errorf("verify names the visit without a bill in %q", broken)
	}
}

func TestASuperusersPasswordComesFromTheEnvironmentOrStandardInput(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	run(t, "", []string{"HOSPITAL_SUPERUSER_PASSWORD=from the environment"}, "superuser", "upsert", "env@example.org", "--dir", dir).succeeded(t)
	run(t, "from standard input\n", nil, "superuser", "create", "stdin@example.org", "--dir", dir).succeeded(t)
	inside(t, dir, func(app core.App) {
		for email, password := range map[string]string{"env@example.org": "from the environment", "stdin@example.org": "from standard input"} {
			superuser, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, email)
			if err != nil || !superuser.ValidatePassword(password) {
				t.Errorf("%s cannot sign in: %v", email, err)
			}
		}
	})
}

func TestTheAuditLogIsProvenAndAnchored(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	if info, err := os.Stat(audit.KeyFile(example())); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the key: %v (%v)", info, err)
	}
	run(t, "", nil, "audit", "verify", "--dir", dir).succeeded(t)
	printed := run(t, "", nil, "audit", "anchor", "--dir", dir)
	printed.succeeded(t)
	anchor := strings.TrimSpace(printed.stdout)
	run(t, "", nil, "audit", "verify", "--anchor", anchor, "--dir", dir).succeeded(t)
	run(t, "", nil, "audit", "verify", "--anchor", "1:"+strings.Repeat("0", 64), "--dir", dir).refused(t, "written anew")
	run(t, "", nil, "audit", "verify", "--anchor", "nonsense", "--dir", dir).refused(t, "NUMBER:HASH")
	run(t, "", []string{audit.KeyEnv + "=" + strings.Repeat("another", 6)}, "audit", "verify", "--dir", dir).refused(t, "broken at 1")
	run(t, "", []string{audit.KeyEnv + "=short"}, "audit", "verify", "--dir", dir).refused(t, "at least 32")

	db := outside(t, dir)
	for _, sql := range []string{"DROP TRIGGER audit_log_no_delete", "DELETE FROM audit_log WHERE seq > (SELECT MAX(seq) - 10 FROM audit_log)"} {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "", nil, "audit", "verify", "--dir", dir).refused(t, "are missing")
}
