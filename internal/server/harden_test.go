package server_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pocketbase/dbx"
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

func TestRequestLogHasNoQueriesAndSecrets(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serve(t, dir)
	s.signIn(t, "nurse@hospital.example")
	const refused = "/api/collections/patients/records?filter=unknown='Secretname'"
	s.header(t, http.MethodGet, refused, "")
	s.header(t, http.MethodGet, "/api/files/patients/x/y?token=Secrettoken", "")
	for _, secret := range []string{"/api/hospital/calendar/Secret.ics", "/api/hospital/%63alendar/Secret.ics",
		"/api/hospital/calendar/Secret.ics/?x=1", "/api//hospital/./calendar/Secret.ics"} {
		s.header(t, http.MethodGet, secret, "")
	}
	db := stopped(t, s, dir)
	const calendars = "SELECT COUNT(*) FROM _logs WHERE data LIKE '%/api/hospital/calendar/***%'"
	if queryOne[int](t, db, calendars, nil) == 0 {
		t.Error("the requests for calendars are not in the log at all")
	}
	const secrets = "SELECT COUNT(*) FROM _logs WHERE data LIKE '%Secret%' OR message LIKE '%Secret%'"
	if queryOne[int](t, db, secrets, nil) > 0 {
		t.Error("the request log contains a query or the secret of a calendar")
	}
	const requests = "SELECT COUNT(*) FROM _logs WHERE data LIKE '%/api/collections/patients/records%'"
	if queryOne[int](t, db, requests, nil) == 0 {
		t.Error("the request is not in the log at all")
	}
}

func TestRequestLogHasFailuresAndASampleOfSuccesses(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serve(t, dir)
	for i := range 200 {
		s.header(t, http.MethodGet, "/api/collections/departments/records", "")
		if i < 5 {
			s.header(t, http.MethodGet, "/api/collections/departments/records/missing", "")
		}
	}
	db := stopped(t, s, dir)
	const count = "SELECT COUNT(*) FROM _logs WHERE json_extract(data, '$.url') LIKE '%/departments/%'" +
		" AND json_extract(data, '$.status') = {:status}"
	for status, want := range map[int]int{http.StatusOK: 2, http.StatusNotFound: 5} {
		if got := queryOne[int](t, db, count, dbx.Params{"status": status}); got != want {
			t.Errorf("%d rows with status %d, want %d", got, status, want)
		}
	}
}

// stopped stops a server and opens its request log.
func stopped(t *testing.T, s *process, dir string) *dbx.DB {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	db, err := core.DefaultDBConnect(filepath.Join(dir, "auxiliary.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestWhatGoesAroundTheRulesIsClosed asks as a superuser for everything that the machine
// has to open first. Refused attempts are in the audit log, with the superuser's name.
func TestWhatGoesAroundTheRulesIsClosed(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	db := openDB(t, dir)
	patient := queryOne[string](t, db, "SELECT id FROM users WHERE email = 'patient@hospital.example'", nil)
	account := "/api/collections/users/records/" + patient
	view := map[string]any{"name": "everybody", "type": "view", "listRule": "", "viewRule": "",
		"viewQuery": "SELECT id, text FROM medical_histories"}
	proxy := map[string]any{"trustedProxy": map[string]any{"headers": []string{"X-Evil"}}}
	requests := []struct {
		area, method, path string
		body               map[string]any
		opened             int // the status when it is open
	}{
		{"sql", http.MethodPost, "/api/sql", map[string]any{"query": "SELECT 1"}, http.StatusOK},
		{"backups", http.MethodPost, "/api/backups/none.zip/restore", nil, http.StatusBadRequest},
		{"backups", http.MethodDelete, "/api/backups/none.zip", nil, http.StatusBadRequest},
		{"backups", http.MethodPost, "/api/backups/upload", nil, http.StatusBadRequest},
		{"collections", http.MethodPost, "/api/collections", view, http.StatusOK},
		{"collections", http.MethodDelete, "/api/collections/everybody", nil, http.StatusNoContent},
		{"impersonation", http.MethodPost, "/api/collections/users/impersonate/" + patient, nil, http.StatusOK},
		{"settings", http.MethodPatch, "/api/settings", proxy, http.StatusOK},
		{"mail", http.MethodPatch, "/api/settings", map[string]any{"smtp": map[string]any{
			"enabled": true, "host": "mail.evil.example", "port": 25}}, http.StatusOK},
		{"mail", http.MethodPatch, "/api/settings", map[string]any{"meta": map[string]any{
			"appURL": "https://evil.example"}}, http.StatusOK},
		{"passwords", http.MethodPatch, account, map[string]any{"email": "evil@example.org"}, http.StatusOK},
		{"passwords", http.MethodPatch, account, map[string]any{"tokenKey": strings.Repeat("k", 50)}, http.StatusOK},
		{"passwords", http.MethodPatch, account, map[string]any{"password": "correct-horse-battery",
			"passwordConfirm": "correct-horse-battery"}, http.StatusOK},
		{"impersonation", http.MethodPost, "/api/collections/_mfas/records", map[string]any{
			"collectionRef": "_pb_users_auth_", "recordRef": patient, "method": "password"}, http.StatusOK},
		{"impersonation", http.MethodPost, "/api/collections/_otps/records", map[string]any{
			"collectionRef": "_pb_users_auth_", "recordRef": patient, "password": "12345678"}, http.StatusOK},
		{"impersonation", http.MethodPost, "/api/collections/_externalAuths/records", map[string]any{"provider": "google",
			"collectionRef": "_pb_users_auth_", "recordRef": patient, "providerId": "x"}, http.StatusOK},
	}
	s := serve(t, dir)
	s.signInOperator(t)
	for _, r := range requests {
		status, answer, err := s.send(r.method, r.path, r.body)
		if message, _ := answer["message"].(string); err != nil || status != http.StatusForbidden ||
			!strings.Contains(message, "HOSPITAL_OPEN="+r.area) {
			t.Errorf("%s %s answered %d %v %v", r.method, r.path, status, answer, err)
		}
	}
	meta := map[string]any{"meta": map[string]any{"appName": "Our hospital"}}
	if status, answer, _ := s.send(http.MethodPatch, "/api/settings", meta); status != http.StatusOK {
		t.Errorf("another setting cannot be changed: %d %v", status, answer)
	}
	<-s.stop(t)
	attempts := queryOne[int](t, db, "SELECT COUNT(*) FROM audit_log WHERE role = 'operator' AND outcome = 'refused' "+
		"AND actor_name != ''", nil)
	if attempts != len(requests) {
		t.Errorf("%d attempts are in the audit log", attempts)
	}

	s = serve(t, dir, "HOSPITAL_OPEN=sql,backups,collections,impersonation,settings,mail,passwords")
	s.signInOperator(t)
	for _, r := range requests {
		if status, _, _ := s.send(r.method, r.path, r.body); status != r.opened {
			t.Errorf("opened, %s %s answered %d, want %d", r.method, r.path, status, r.opened)
		}
	}
}
