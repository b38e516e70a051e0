package server_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	_ "hospital/migrations"
)

func TestMetricsCountByRouteWithoutPersonalData(t *testing.T) {
	t.Parallel()
	address, dir := freeAddress(t), demoData(t)
	s := serve(t, dir, "HOSPITAL_METRICS="+address)
	s.signIn(t, "nurse@hospital.example")
	id := queryOne[string](t, openDB(t, dir), "SELECT id FROM patients LIMIT 1", nil)
	for _, path := range []string{
		"patients/records/" + id, "patients/records/nobody000000000", "patients/records?filter=name='Secretname'",
	} {
		_, _ = s.do(http.MethodGet, "/api/collections/"+path, nil)
	}
	_, _ = s.do("SECRETMETHOD", "/api/Secretpath", nil)
	answer, err := http.Get("http://" + address + "/metrics")
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
		`hospital_database_bytes{file="data.db"} `, "hospital_audit_waiting ",
		"hospital_notices_overdue_seconds 0", "hospital_backup_timestamp_seconds 0",
		"hospital_overloaded_total 0", `go_sql_wait_duration_seconds_total{db_name="writer"}`, `method="other"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not measured", want)
		}
	}
	if strings.Contains(text, id) || strings.Contains(strings.ToLower(text), "secret") ||
		strings.Contains(text, "nobody0") {
		t.Error("the metrics contain data of requests")
	}
	for _, public := range []string{"http://" + s.address + "/metrics", "http://" + s.address + "/api/metrics"} {
		if answer, err := http.Get(public); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s is public", public)
		}
	}
}
