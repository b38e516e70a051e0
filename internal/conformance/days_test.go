package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// Every route has the same limit for days in its query.
func TestDaysBefore1900AreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	admin := h.As("admin1").SkipContract()
	for _, query := range []string{
		"patients/" + hospitaltest.ID("pat1") + "/history?from=DAY&to=2030-01-01",
		"patients/" + hospitaltest.ID("pat1") + "/history?to=DAY",
		"patients/" + hospitaltest.ID("pat1") + "/statement?from=DAY&to=DAY",
		"reports/billing?from=DAY&to=DAY",
		"reports/bills.csv?from=DAY&to=DAY",
		"reports/payments.csv?from=DAY&to=DAY",
		"reports/day-close?date=DAY",
		"doctors/" + hospitaltest.ID("dr1") + "/slots?from=DAY&to=DAY",
		"slots?from=DAY&to=DAY",
	} {
		on := func(day string) hospitaltest.Response {
			return admin.Do(http.MethodGet, "/api/hospital/"+strings.ReplaceAll(query, "DAY", day), nil)
		}
		refused := on("1899-12-31")
		code := refused.Code("from") + refused.Code("to") + refused.Code("date")
		if refused.Status != http.StatusBadRequest || code != "invalid_date" {
			t.Errorf("%s in 1899: %d %s", query, refused.Status, refused.Raw)
		}
		on("1900-01-01").OK(t)
	}
}
