package server_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hospital/internal/sqlite"
	"hospital/modules/audit"
)

// TestStartIsRefusedOnWrongData starts a server on data that is not what it was. Each time
// it names the file and what to do, and exits with 1.
func TestStartIsRefusedOnWrongData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		breaks  func(t *testing.T, dir string)
		refusal []string // all of these texts
	}{
		{"missing database", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, sqlite.DataFile)) },
			[]string{"data.db is missing or empty", ".audit.key exists", "restore"}},
		{"empty database", func(t *testing.T, dir string) {
			replace(t, filepath.Join(dir, sqlite.DataFile), nil)
			remove(t, audit.KeyFile(dir))
		}, []string{"data.db is missing or empty", "storage exists"}},
		{"damaged database", func(t *testing.T, dir string) {
			content := read(t, filepath.Join(dir, sqlite.DataFile))
			copy(content[100_000:], bytes.Repeat([]byte{0xAA}, 300_000))
			replace(t, filepath.Join(dir, sqlite.DataFile), content)
		}, []string{"data.db is damaged", "Restore the newest backup"}},
		{"another file as database", func(t *testing.T, dir string) {
			replace(t, filepath.Join(dir, sqlite.DataFile), []byte("this was a shopping list, and not a database at all"))
		}, []string{"data.db is damaged", "not a database"}},
		{"missing key", func(t *testing.T, dir string) { remove(t, audit.KeyFile(dir)) },
			[]string{"the key of the audit log", "is missing", "hospital audit accept"}},
		{"another key", func(t *testing.T, dir string) {
			replace(t, audit.KeyFile(dir), []byte(strings.Repeat("another", 6)))
		}, []string{"another key", "hospital audit accept"}},
		{"rollback", func(t *testing.T, dir string) {
			replace(t, filepath.Clean(dir)+".audit.head", []byte("100000:"+strings.Repeat("0", 64)))
		}, []string{"older than when the hospital was served last", "hospital audit accept"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := demoData(t)
			c.breaks(t, dir)
			r := run(t, "", nil, "serve", "--dir", dir, "--http=127.0.0.1:0")
			for _, text := range c.refusal {
				r.refused(t, text)
			}
			if _, err := os.Stat(audit.KeyFile(dir)); c.name == "missing key" && err == nil {
				t.Error("a new key was made")
			}
		})
	}
}

func TestASecondServerIsRefused(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serve(t, dir)
	run(t, "", nil, "serve", "--dir", dir, "--http=127.0.0.1:0").refused(t, "another server serves "+dir)
	run(t, "", nil, "verify", "--dir", dir).succeeded(t) // commands may run beside it
	s.kill()
	serve(t, dir) // the lock ends with the process
}

// A hospital opens without its request log.
func TestADamagedRequestLogIsSetAside(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	replace(t, filepath.Join(dir, sqlite.LogsFile), bytes.Repeat([]byte("broken "), 1000))
	s := serve(t, dir)
	s.waitFor(t, "the request log is damaged and was set aside")
	s.signIn(t, "reception@hospital.example")
	if aside, _ := filepath.Glob(filepath.Join(dir, sqlite.LogsFile+".damaged-*")); len(aside) != 1 {
		t.Errorf("set aside: %v", aside)
	}
}

// What "audit accept" is for: a lost key, and a backup restored on purpose.
func TestALostKeyIsAccepted(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	remove(t, audit.KeyFile(dir))
	run(t, "", nil, "audit", "verify", "--dir", dir).refused(t, "is missing")
	run(t, "", nil, "audit", "accept", "--dir", dir).succeeded(t)
	serve(t, dir).signIn(t, "reception@hospital.example")
	verified := run(t, "", nil, "audit", "verify", "--dir", dir)
	verified.succeeded(t)
	if !strings.Contains(verified.stdout, "is lost: they were not verified") {
		t.Errorf("verify says %s", verified.stdout)
	}
	db := openDB(t, dir)
	for _, sql := range []string{"DROP TRIGGER audit_log_no_update", "UPDATE audit_log SET hash = 'forged' WHERE seq = 5"} {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "", nil, "audit", "verify", "--dir", dir).refused(t, "broken")
}

func TestARollbackIsSeenAndAccepted(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	older := read(t, filepath.Join(dir, sqlite.DataFile))
	s := serve(t, dir)
	s.signIn(t, "reception@hospital.example")
	if status, err := s.do("POST", "/api/collections/patients/records",
		map[string]any{"name": "Later Person", "birth_date": "1990-01-01"}); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	<-s.stop(t)
	for _, name := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(dir, sqlite.DataFile+name))
	}
	replace(t, filepath.Join(dir, sqlite.DataFile), older)
	run(t, "", nil, "serve", "--dir", dir, "--http=127.0.0.1:0").refused(t, "older than when the hospital was served last")
	run(t, "", nil, "audit", "accept", "--dir", dir).succeeded(t)
	serve(t, dir)
}

func TestDataIsClosedToOtherUsers(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	open := filepath.Join(dir, sqlite.DataFile)
	for path, mode := range map[string]os.FileMode{dir: 0o755, open: 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, dir).signIn(t, "reception@hospital.example")
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil || len(files) < 3 {
		t.Fatal("the files of the data directory:", files, err)
	}
	for _, path := range append(files, dir) {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 && filepath.Base(path)[0] != '.' {
			t.Errorf("%s has the mode %04o", path, info.Mode().Perm())
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func replace(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
