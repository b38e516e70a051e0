package migrations_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// The test makes the hospital look as it was before there were limits, and migrates again.
func TestAHospitalGetsLimits(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, sql := range []string{
		"UPDATE appointments SET requested_at = ''",
		"DROP TRIGGER documents_frozen",
		"UPDATE documents SET size_bytes = 0",
		"DELETE FROM _migrations WHERE file = '1790450000_limits.go'",
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := kit.CatalogOf(modules.All).Apply(h.App); err != nil { // the trigger
		t.Fatal(err)
	}
	lost := h.Record("documents", hospitaltest.ID("kept2"))
	if err := os.Remove(filepath.Join(h.App.DataDir(), "storage", lost.BaseFilesPath(), lost.GetString("file"))); err != nil {
		t.Fatal(err)
	}
	started := time.Now().Truncate(time.Millisecond)
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	settings := h.Record("hospital", "hospitalsetting")
	for field, want := range map[string]int{"open_visits_per_patient": 10, "open_visits_per_account": 20,
		"requests_per_day": 30, "cancellations_per_week": 10, "patients_per_account": 10, "request_expiry_hours": 72,
		"account_upload_day_mib": 100, "account_upload_mib": 1000, "staff_upload_day_mib": 2000,
		"patient_upload_day_mib": 1000, "patient_upload_mib": 5000} {
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
	shown := h.Record("documents", hospitaltest.ID("shown1"))
	stored, err := os.Stat(filepath.Join(h.App.DataDir(), "storage", shown.BaseFilesPath(), shown.GetString("file")))
	if err != nil || int64(shown.GetInt("size_bytes")) != stored.Size() {
		t.Errorf("a document has %d bytes: %v", shown.GetInt("size_bytes"), err)
	}
	if size := h.Record("documents", lost.Id).GetInt("size_bytes"); size != 0 {
		t.Errorf("a document without a file has %d bytes", size)
	}
	if h.SQL("UPDATE documents SET size_bytes = 1") == nil {
		t.Error("documents can be changed")
	}
}
