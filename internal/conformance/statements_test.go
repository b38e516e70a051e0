package conformance_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// TestStatementsPerRequest limits the number of SQL statements of a request.
// go test ./internal/conformance -run StatementsPerRequest -v prints them.
func TestStatementsPerRequest(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	slot := time.Now().UTC().Truncate(24 * time.Hour).Add(200 * 24 * time.Hour)
	type body = hospitaltest.Body
	for _, request := range []struct {
		name, account, method, path string
		body                        body
		max                         int
		before                      func(h *hospitaltest.Hospital)
	}{
		{"view", "patient1", http.MethodGet, "appointments/records/" + hospitaltest.ID("booked1"), nil, 2, nil},
		{"own list", "patient1", http.MethodGet, "appointments/records?skipTotal=1&sort=-starts", nil, 2, nil},
		{"own list with total", "patient1", http.MethodGet, "appointments/records?sort=-starts", nil, 3, nil},
		{"book", "patient1", http.MethodPost, "appointments/records", body{"patient": hospitaltest.ID("pat1"),
			"doctor": hospitaltest.ID("dr2"), "starts": slot.Format(wireFormat), "reason": "cough"}, 14, nil},
		{"approve", "doctor1", http.MethodPatch, "appointments/records/" + hospitaltest.ID("asked1"),
			body{"status": "approved"}, 14, nil},
		{"complete with bill", "doctor1", http.MethodPatch, "appointments/records/" + hospitaltest.ID("booked1"),
			body{"status": "completed"}, 16, func(h *hospitaltest.Hospital) { h.At(time.Now().Add(80 * time.Hour)) }},
		{"verify payment", "accountant1", http.MethodPatch, "payments/records/" + hospitaltest.ID("paid1"),
			body{"status": "verified"}, 12, nil},
		// PocketBase's own seven: the account, its two rules, the device and its collection, and the device's write.
		{"sign in", "guest", http.MethodPost, "users/auth-with-password",
			body{"identity": "patient1@example.org", "password": hospitaltest.Password}, 7, nil},
	} {
		t.Run(request.name, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			if request.before != nil {
				request.before(h)
			}
			caller := h.As(request.account)
			h.As("admin1").Do(http.MethodGet, "/api/hospital/doctors/"+hospitaltest.ID("dr1")+"/slots", nil).OK(t) // settings
			var answer hospitaltest.Response
			statements := h.Statements(func() {
				var sent any
				if request.body != nil {
					sent = request.body
				}
				answer = caller.Do(request.method, "/api/collections/"+request.path, sent)
			})
			answer.OK(t)
			var list strings.Builder
			for _, s := range statements {
				list.WriteString("\n\t" + strings.Join(strings.Fields(s.SQL), " "))
			}
			t.Logf("%s: %d statements%s", request.name, len(statements), list.String())
			if len(statements) > request.max {
				t.Errorf("%d statements, at most %d are allowed", len(statements), request.max)
			}
		})
	}
}

const wireFormat = "2006-01-02 15:04:05.000Z"
