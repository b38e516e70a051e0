package plans_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// BenchmarkWrites sends changes of different records one after another, without a network:
// go test ./bench/plans -bench Writes -run '^$' -benchmem -benchtime 1000x
func BenchmarkWrites(b *testing.B) {
	h, now := filled(b, 40_000), time.Now()
	for _, write := range []struct{ name, account, collection, ids, body string }{
		{"approve", "admin1", "appointments", "SELECT id FROM appointments WHERE status = 'pending' AND starts > {:now}",
			`{"status":"approved"}`},
		{"complete", "admin1", "appointments", "SELECT id FROM appointments WHERE status = 'approved' AND ends < {:now}",
			`{"status":"completed"}`},
		{"verify payment", "accountant1", "payments", "SELECT id FROM payments WHERE status = 'pending'",
			`{"status":"verified"}`},
	} {
		if write.name == "complete" {
			err := h.SQL("UPDATE appointments SET status = 'approved' WHERE status = 'pending'")
			if err != nil {
				b.Fatal(err)
			}
			now = now.AddDate(0, 0, 30)
			h.At(now)
		}
		var ids []string
		err := h.App.DB().NewQuery(write.ids).Bind(map[string]any{"now": now.UTC().Format("2006-01-02 15:04:05.000Z")}).
			Column(&ids)
		if err != nil {
			b.Fatal(err)
		}
		token, err := h.Record("users", hospitaltest.ID(write.account)).NewAuthToken()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(write.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequest(http.MethodPatch, "/api/collections/"+write.collection+"/records/"+ids[0],
					strings.NewReader(write.body))
				ids = ids[1:]
				request.Header.Set("Authorization", token)
				request.Header.Set("Content-Type", "application/json")
				answer := httptest.NewRecorder()
				h.Handler.ServeHTTP(answer, request)
				if answer.Code != http.StatusOK {
					b.Fatal(answer.Code, answer.Body)
				}
			}
		})
	}
}
