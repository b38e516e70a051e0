package migrations_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
)

// The test makes the hospital look as it was before there were reminders, and migrates again.
func TestApprovedVisitsGetReminders(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	reminders := func() (n int64) {
		n, err := h.App.CountRecords("notices", dbx.HashExp{"kind": "reminder", "status": "pending"})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	h.As("receptionist1").Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat1"),
		"doctor": hospitaltest.ID("dr1"), "starts": time.Now().UTC().Truncate(time.Hour).Add(30 * time.Hour)}).OK(t)
	want := 2 + 4*int64(len(h.As("receptionist1").List("appointments", "perPage=100&"+hospitaltest.Filter(
		"status = 'approved' && patient.user != '' && starts > @now")).Items())-1)
	for _, sql := range []string{
		"DROP TRIGGER notices_no_delete",
		"DELETE FROM notices WHERE kind = 'reminder' OR audience = 'doctor'",
		"UPDATE notices SET audience = '', recipient = ''",
		"UPDATE hospital SET reminder_leads = ''",
		"DELETE FROM _migrations WHERE file = '1790500000_reminders.go'",
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if n := reminders(); n != want || want == 0 {
		t.Errorf("%d reminders, want %d", n, want)
	}
	settings := h.Record("hospital", "hospitalsetting")
	if settings.GetString("reminder_leads") != "48h, 2h" || settings.GetString("quiet_from") != "21:00" {
		t.Errorf("the settings are %v", settings.PublicExport())
	}
	n, err := h.App.CountRecords("notices", dbx.HashExp{"audience": "patient", "recipient": hospitaltest.ID("patient1")})
	if err != nil || n == 0 {
		t.Errorf("%d notices to a patient (%v)", n, err)
	}
	h.Verify()
}
