package migrations_test

import (
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// The test makes one entry for all visits of a doctor and a patient, as the first release did, and
// migrates again.
func TestCareTeamEntriesAreSplitByVisit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	pat1, doctor1 := hospitaltest.ID("pat1"), hospitaltest.ID("doctor1")
	h.As("doctor1").Update("appointments", hospitaltest.ID("booked1"), hospitaltest.Body{"status": "cancelled"}).OK(t)
	for _, sql := range []string{
		"DROP TRIGGER care_team_no_delete",
		"DELETE FROM care_team WHERE source = 'appointment'",
		"INSERT INTO care_team (id, patient, user, source, starts, ends, created, updated) VALUES ('old000000000000', '" +
			pat1 + "', '" + doctor1 + "', 'appointment', '2020-01-01 00:00:00.000Z', '2099-01-01 00:00:00.000Z', '', '')",
		"UPDATE hospital SET care_team_lead_days = 0",
		"DELETE FROM _migrations WHERE file = '1790400000_care_by_visit.go'",
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := kit.CatalogOf(modules.All).Apply(h.App); err != nil {
		t.Fatal(err)
	}
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if old := h.Record("care_team", "old000000000000").GetDateTime("ends").Time(); old.After(time.Now()) {
		t.Errorf("the old entry ends at %s", old)
	}
	var visits []string
	err := h.App.DB().NewQuery(`SELECT a.id FROM care_team c JOIN appointments a ON a.id = c.appointment
		WHERE c.patient = '` + pat1 + `' AND c.starts >= a.approved_at AND c.ends > a.ends ORDER BY a.id`).Column(&visits)
	if err != nil || len(visits) != 3 { // done1, meets1 and moved1
		t.Errorf("the visits %v have an entry (%v)", visits, err)
	}
	if days := h.Record("hospital", "hospitalsetting").GetInt("care_team_lead_days"); days != 14 {
		t.Errorf("care_team_lead_days is %d, want 14", days)
	}
	h.As("doctor1").View("patients", pat1, "").OK(t)
	h.Verify()
}
