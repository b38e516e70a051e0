package operations_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// header asks a server as a browser of another website would.
func (s *server) header(t *testing.T, method, path, origin string) (status int, header http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", s.token)
	request.Header.Set("Origin", origin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode, response.Header
}

func TestTheServerIsClosedToOtherWebsites(t *testing.T) {
	t.Parallel()
	s := serve(t, furnished(t))
	_, header := s.header(t, http.MethodGet, "/api/health", "https://evil.example")
	if got := header.Get("Access-Control-Allow-Origin"); got == "*" || strings.Contains(got, "evil") {
		t.Errorf("another website may read: %q", got)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN"} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if header.Get("Strict-Transport-Security") != "" {
		t.Error("a plain connection promises TLS")
	}
}

func TestTheRequestLogNamesNobody(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	s := serve(t, dir)
	s.signIn(t, "nurse@hospital.example")
	s.header(t, http.MethodGet, "/api/collections/patients/records?filter=name='Secretname'", "")
	s.header(t, http.MethodGet, "/api/files/patients/x/y?token=Secrettoken", "")
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = s.process.Wait()
	db, err := core.DefaultDBConnect(filepath.Join(dir, "auxiliary.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		lines, named := answered[int](t, db, "SELECT COUNT(*) FROM _logs WHERE data LIKE '%/api/collections/patients/records%'", nil), answered[int](t, db, "SELECT COUNT(*) FROM _logs WHERE data LIKE '%Secret%' OR message LIKE '%Secret%'", nil)
		if named > 0 {
			t.Fatal("the request log says what was asked for")
		}
		if lines > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the request is not in the log at all")
		}
	}
}

func TestTheSQLConsoleIsClosed(t *testing.T) {
	t.Parallel()
	s := serve(t, furnished(t))
	s.operate(t)
	if status, answer, err := s.ask(http.MethodPost, "/api/sql", map[string]any{"query": "SELECT 1"}); err != nil || status != http.StatusForbidden {
		t.Errorf("the console answered %d %v %v", status, answer, err)
	}
	if status, _, _ := s.ask(http.MethodGet, "/api/backups", nil); status != http.StatusOK {
		t.Errorf("the operator is not the operator: %d", status)
	}
}
