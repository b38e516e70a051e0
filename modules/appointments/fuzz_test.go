package appointments_test

import (
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

// FuzzSlotQuery checks that every query for free slots is answered or refused, without a 5xx.
func FuzzSlotQuery(f *testing.F) {
	for _, query := range []string{"from=2030-01-31&to=2030-02-02", "from=9999-12-31&to=9999-12-31", "from=2030-02-30",
		"limit=-1", "limit=99999999999999999999", "length=5", "length=0.5", "specialization=%00", "department=%ff",
		"from=2030-01-31T09:00:00Z"} {
		f.Add(query)
	}
	h := hospitaltest.New(f)
	patient := h.As("patient1").SkipContract()
	f.Fuzz(func(t *testing.T, query string) {
		h.T = t
		for _, path := range []string{"/api/hospital/slots?", "/api/hospital/doctors/" + hospitaltest.ID("dr1") + "/slots?"} {
			answer := patient.Do(http.MethodGet, path+hospitaltest.Query(query), nil)
			if answer.Status != http.StatusOK && answer.Status != http.StatusBadRequest && answer.Status != http.StatusNotFound {
				t.Errorf("%s%q answered %d %.300s", path, query, answer.Status, answer.Raw)
			}
		}
	})
}
