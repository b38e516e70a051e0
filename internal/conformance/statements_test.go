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
	body := func(b hospitaltest.Body) hospitaltest.Body { return b }
	for _, request := range []struct {
		name, account, method, path string
		body                        hospitaltest.Body
		max                         int
		before                      func(h *hospitaltest.Hospital)
	}{
		{"view", "patient1", http.MethodGet, "appointments/records/" + hospitaltest.ID("booked1"), nil, 2, nil},
		{"own list", "patient1", http.MethodGet, "appointments/records?skipTotal=1&sort=-starts", nil, 2, nil},
		{"own list with total", "patient1", http.MethodGet, "appointments/records?sort=-starts", nil, 3, nil},
		{"book", "patient1", http.MethodPost, "appointments/records",
			body(hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr2"),
				"starts": slot.Format(wireFormat), "reason": "cough"}), 18, nil},
		{"approve", "doctor1", http.MethodPatch, "appointments/records/" + hospitaltest.ID("asked1"),
			hospitaltest.Body{"status": "approved"}, 20, nil},
		{"complete with bill", "doctor1", http.MethodPatch, "appointments/records/" + hospitaltest.ID("booked1"),
			hospitaltest.Body{"status": "completed"}, 30,
			func(h *hospitaltest.Hospital) { h.At(time.Now().Add(80 * time.Hour)) }},
		{"verify payment", "accountant1", http.MethodPatch, "payments/records/" + hospitaltest.ID("paid1"),
			hospitaltest.Body{"status": "verified"}, 20, nil},
	} {
		t.Run(request.name, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			if request.before != nil {
				request.before(h)
			}
			caller := h.As(request.account)
			warm := caller.Do(http.MethodGet, "/api/collections/hospital/records", nil) // loads what is cached per process
			warm.OK(t)
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
