package plans_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// TestAllocationsPerRequest limits the allocations of requests, which time measures only with noise. It is not
// parallel: other tests would count.
func TestAllocationsPerRequest(t *testing.T) {
	hospitaltest.SkipShort(t)
	h := filled(t, 4_000)
	pending := ids(h, "SELECT id FROM appointments WHERE status = 'pending' AND starts > strftime('%Y-%m-%d %H:%M:%fZ')")
	payments := ids(h, "SELECT id FROM payments WHERE status = 'pending'")
	view := "appointments/records/" + firstVisit(h, patient)
	next := func(all *[]string) string {
		id := (*all)[0]
		*all = (*all)[1:]
		return id
	}
	for _, request := range []struct {
		name, account string
		path          func() string
		body          string
		max           float64
	}{
		{"view", patient, func() string { return view }, "", 650},
		{"own list of 20", patient, func() string { return "appointments/records?sort=-starts&skipTotal=1" }, "", 1_500},
		{"own list of 30, doctor", doctor, func() string { return "appointments/records?sort=-starts&skipTotal=1" }, "", 1_700},
		{"own list of 30 with total, doctor", doctor, func() string { return "appointments/records?sort=-starts" }, "", 1_800},
		{"own list of 30 expanded, doctor", doctor,
			func() string { return "appointments/records?sort=-starts&skipTotal=1&expand=patient" }, "", 2_700},
		{"approve", hospitaltest.ID("admin1"), func() string { return "appointments/records/" + next(&pending) },
			`{"status":"approved"}`, 6_800}, // with the notices and reminders of the visit
		{"verify payment", hospitaltest.ID("accountant1"), func() string { return "payments/records/" + next(&payments) },
			`{"status":"verified"}`, 5_400}, // with the notice to the patient
	} {
		token, err := h.Record("users", request.account).NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		method := http.MethodGet
		if request.body != "" {
			method = http.MethodPatch
		}
		allocations := testing.AllocsPerRun(20, func() {
			sent := httptest.NewRequest(method, "/api/collections/"+request.path(), strings.NewReader(request.body))
			sent.Header.Set("Authorization", token)
			sent.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			h.Handler.ServeHTTP(answer, sent)
			if answer.Code != http.StatusOK {
				t.Fatal(answer.Code, answer.Body)
			}
		})
		t.Logf("%s: %.0f allocations", request.name, allocations)
		if allocations > request.max {
			t.Errorf("%s: %.0f allocations, at most %.0f are allowed", request.name, allocations, request.max)
		}
	}
}

func ids(h *hospitaltest.Hospital, query string) (found []string) {
	h.T.Helper()
	if err := h.App.DB().NewQuery(query).Column(&found); err != nil {
		h.T.Fatal(err)
	}
	return found
}
