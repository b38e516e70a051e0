package operations_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ready is what a server says of itself, and what of it is not ok.
func (s *server) ready(t *testing.T) (status int, wrong []string) {
	t.Helper()
	status, answer, err := s.ask(http.MethodGet, "/api/hospital/ready", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, found := range answer["checks"].(map[string]any) {
		if found != "ok" {
			wrong = append(wrong, name)
		}
	}
	return status, wrong
}

func TestAServerSaysWhetherItIsReady(t *testing.T) {
	t.Parallel()
	for what, sql := range map[string]string{
		"migrations": "DELETE FROM _migrations WHERE file LIKE '1790000000%'",
		"clock":      `INSERT INTO audit_log (id, seq, at, action, outcome) SELECT 'ofthefuture0000', MAX(seq) + 1, '2999-01-01 00:00:00.000Z', 'x', 'done' FROM audit_log`,
		"database":   "ALTER TABLE hospital RENAME TO elsewhere",
		"writer":     "BEGIN IMMEDIATE", // somebody has it, and a request of the server waits for them
		"disk":       "",
		"":           "",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := furnished(t)
			var env []string
			if what == "disk" {
				env = []string{"HOSPITAL_DISK_FREE_MB=999999999"}
			}
			s := serve(t, dir, env...)
			if sql != "" {
				db := outside(t, dir)
				db.DB().SetMaxOpenConns(1)
				if _, err := db.NewQuery(sql).Execute(); err != nil {
					t.Fatal(err)
				}
				if what == "writer" {
					defer func() { _, _ = db.NewQuery("ROLLBACK").Execute() }()
					go func() {
						_, _ = s.do(http.MethodPost, "/api/collections/users/records", map[string]any{"email": "new@example.org", "password": "correct-horse-battery", "passwordConfirm": "correct-horse-battery", "name": "New", "role": "patient"})
					}()
					time.Sleep(500 * time.Millisecond)
				}
			}
			status, wrong := s.ready(t)
			if what == "" {
				if status != http.StatusOK || len(wrong) > 0 {
					t.Errorf("a sound server says %d %v: %s", status, wrong, s.said.String())
				}
				return
			}
			if status != http.StatusServiceUnavailable || strings.Join(wrong, " ") != what {
				t.Errorf("the server says %d %v", status, wrong)
			}
			s.says(t, `"check":"`+what+`"`)
		})
	}
}

func TestMetricsCountByRouteAndNameNobody(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	_ = free.Close()
	dir := furnished(t)
	s := serve(t, dir, "HOSPITAL_METRICS="+at)
	s.signIn(t, "nurse@hospital.example")
	id := answered[string](t, outside(t, dir), "SELECT id FROM patients LIMIT 1", nil)
	for _, path := range []string{"patients/records/" + id, "patients/records/nobody000000000", "patients/records?filter=name='Secretname'"} {
		_, _ = s.do(http.MethodGet, "/api/collections/"+path, nil)
	}
	_, _ = s.do("SECRETMETHOD", "/api/Secretpath", nil)
	answer, err := http.Get("http://" + at + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	route := "/api/collections/{collection}/records/{id}"
	for _, want := range []string{
		fmt.Sprintf(`hospital_requests_total{method="GET",route="%s",status="200"} 1`, route),
		fmt.Sprintf(`hospital_requests_total{method="GET",route="%s",status="404"} 1`, route),
		`hospital_database_bytes{file="data.db"} `, "hospital_audit_waiting ", "hospital_notices_overdue_seconds 0", "hospital_backup_timestamp_seconds 0",
		`go_sql_wait_duration_seconds_total{db_name="writer"}`, `method="other"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not measured", want)
		}
	}
	if strings.Contains(text, id) || strings.Contains(strings.ToLower(text), "secret") || strings.Contains(text, "nobody0") {
		t.Error("the metrics say what was asked for")
	}
	for _, address := range []string{"http://" + s.address + "/metrics", "http://" + s.address + "/api/metrics"} {
		if answer, err := http.Get(address); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("everybody may read %s", address)
		}
	}
}
