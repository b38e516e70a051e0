package server_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	_ "hospital/migrations"
)

func TestOtherWebsitesCannotReadAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, demoData(t))
	_, header := s.header(t, http.MethodGet, "/api/health", "https://evil.example")
	if got := header.Get("Access-Control-Allow-Origin"); got == "*" || strings.Contains(got, "evil") {
		t.Errorf("another website can read: %q", got)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin",
		"X-Frame-Options":              "SAMEORIGIN",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if header.Get("Strict-Transport-Security") != "" {
		t.Error("a plain connection announces TLS")
	}
}

func TestRequestLogHasNoQueries(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serve(t, dir)
	s.signIn(t, "nurse@hospital.example")
	s.header(t, http.MethodGet, "/api/collections/patients/records?filter=name='Secretname'", "")
	s.header(t, http.MethodGet, "/api/files/patients/x/y?token=Secrettoken", "")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	db, err := core.DefaultDBConnect(filepath.Join(dir, "auxiliary.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		lines, named := queryOne[int](
			t,
			db,
			"SELECT COUNT(*) FROM _logs WHERE data LIKE '%/api/collections/patients/records%'",
			nil,
		), queryOne[int](
			t,
			db,
			"SELECT COUNT(*) FROM _logs WHERE data LIKE '%Secret%' OR message LIKE '%Secret%'",
			nil,
		)
		if named > 0 {
			t.Fatal("the request log contains a query")
		}
		if lines > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the request is not in the log at all")
		}
	}
}

func TestSQLConsoleIsClosed(t *testing.T) {
	t.Parallel()
	s := serve(t, demoData(t))
	s.signInOperator(t)
	if status, answer, err := s.send(http.MethodPost, "/api/sql", map[string]any{"query": "SELECT 1"}); err != nil ||
		status != http.StatusForbidden {
		t.Errorf("the console answered %d %v %v", status, answer, err)
	}
	if status, _, _ := s.send(http.MethodGet, "/api/backups", nil); status != http.StatusOK {
		t.Errorf("the operator is not a superuser: %d", status)
	}
}
