package migrations_test

import (
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// The test makes the hospital look as it was before there were limits, and migrates again.
func TestAHospitalGetsLimits(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, sql := range []string{
		"UPDATE appointments SET requested_at = ''",
		"DELETE FROM _migrations WHERE file = '1790450000_limits.go'",
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatal(err)
		}
	}
	started := time.Now().Truncate(time.Millisecond)
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	settings := h.Record("hospital", "hospitalsetting")
	for field, want := range map[string]int{"open_visits_per_patient": 5, "open_visits_per_account": 12,
		"requests_per_day": 12, "cancellations_per_week": 5, "patients_per_account": 10, "request_expiry_hours": 72} {
		if got := settings.GetInt(field); got != want {
			t.Errorf("%s is %d, want %d", field, got, want)
		}
	}
	for visit, waits := range map[string]bool{"asked1": true, "booked1": false, "done1": false} {
		at := h.Record("appointments", hospitaltest.ID(visit)).GetDateTime("requested_at").Time()
		if at.IsZero() == waits || waits && at.Before(started) {
			t.Errorf("%s waits since %s", visit, at)
		}
	}
	h.Verify()
}
