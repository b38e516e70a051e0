package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	_ "hospital/migrations"
)

// ready returns the status of the readiness check, and the failing checks.
func (s *process) ready(t *testing.T) (status int, failing []string) {
	t.Helper()
	status, answer, err := s.send(http.MethodGet, "/api/hospital/ready", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, found := range answer["checks"].(map[string]any) {
		if found != "ok" {
			failing = append(failing, name)
		}
	}
	return status, failing
}

func TestReadinessNamesTheFailingCheck(t *testing.T) {
	t.Parallel()
	for what, sql := range map[string]string{
		"migrations": "DELETE FROM _migrations WHERE file LIKE '1790000000%'",
		"clock": `INSERT INTO audit_log (id, seq, at, action, outcome)
			SELECT 'ofthefuture0000', MAX(seq) + 1, '2999-01-01 00:00:00.000Z', 'x', 'done' FROM audit_log`,
		"database": "ALTER TABLE hospital RENAME TO elsewhere",
		"writer":   "BEGIN IMMEDIATE", // another connection holds it, and a request of the server waits for it
		"disk":     "",
		"":         "",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := demoData(t)
			var env []string
			if what == "disk" {
				env = []string{"HOSPITAL_DISK_FREE_MB=999999999"}
			}
			s := serve(t, dir, env...)
			if sql != "" {
				db := openDB(t, dir)
				db.DB().SetMaxOpenConns(1)
				if _, err := db.NewQuery(sql).Execute(); err != nil {
					t.Fatal(err)
				}
				if what == "writer" {
					defer func() { _, _ = db.NewQuery("ROLLBACK").Execute() }()
					body := map[string]any{"email": "new@example.org", "name": "New", "role": "patient",
						"password": "correct-horse-battery", "passwordConfirm": "correct-horse-battery"}
					go func() { _, _ = s.do(http.MethodPost, "/api/collections/users/records", body) }()
				}
			}
			status, failing := s.ready(t)
			// The waiting request has to reach the database first.
			for range 80 {
				if what != "writer" || status != http.StatusOK {
					break
				}
				time.Sleep(100 * time.Millisecond)
				status, failing = s.ready(t)
			}
			if what == "" {
				if status != http.StatusOK || len(failing) > 0 {
					t.Errorf("a healthy server answers %d %v: %s", status, failing, s.stderr.String())
				}
				return
			}
			if status != http.StatusServiceUnavailable || strings.Join(failing, " ") != what {
				t.Errorf("the server answers %d %v", status, failing)
			}
			s.waitFor(t, `"check":"`+what+`"`)
		})
	}
}

func TestReadinessFollowsTheFreeSpace(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := time.Now()
	for _, free := range []struct{ bytes, status int64 }{
		{500 << 20, http.StatusOK}, {500<<20 - 1, http.StatusServiceUnavailable}, {1 << 40, http.StatusOK},
	} {
		now = now.Add(2 * time.Second) // results are reused for a second
		h.At(now)
		h.FreeSpace(free.bytes)
		answer := h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil)
		checks, _ := answer.JSON["checks"].(map[string]any)
		if int64(answer.Status) != free.status || (checks["disk"] == "ok") != (free.status == http.StatusOK) {
			t.Errorf("with %d bytes ready answered %d %s", free.bytes, answer.Status, answer.Raw)
		}
	}
}
