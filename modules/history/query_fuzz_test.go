package history_test

import (
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

// FuzzQuery checks that every query is answered with 200 or refused with 400.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"limit=5&kinds=visit,bill", "cursor=WyJhIiwiYiIsImMiXQ", "cursor=WyIiLCIiLCIiXQ&limit=200", "from=2030-02-30",
		"to=9000-12-31&from=1900-01-01", "from=1899-12-31", "kinds=,,", "limit=1e9", "kinds=%00", "cursor=%ff",
	} {
		f.Add(query)
	}
	h := hospitaltest.New(f)
	nurse := h.As("nurse1").SkipContract()
	f.Fuzz(func(t *testing.T, query string) {
		h.T = t
		path := "/api/hospital/patients/" + hospitaltest.ID("pat1") + "/history?" + hospitaltest.Query(query)
		answer := nurse.Do(http.MethodGet, path, nil)
		if answer.Status != http.StatusOK && answer.Status != http.StatusBadRequest {
			t.Errorf("%q answered %d %.300s", query, answer.Status, answer.Raw)
		}
	})
}
