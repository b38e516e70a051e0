package audit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
)

func TestVerifyReportsTheFirstTamperedRow(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		sql []string
		seq int64
		why string
	}{
		"a changed row": {[]string{"UPDATE audit_log SET record = 'forged' WHERE seq = 7"}, 7, "was changed"},
		"a removed actor": {[]string{
			"UPDATE audit_log SET actor = '', actor_name = '' WHERE seq = 9",
		}, 9, "was changed"},
		"a deleted row": {[]string{"DELETE FROM audit_log WHERE seq = 5"}, 5, "missing"},
		"the last ten rows deleted": {[]string{
			"DELETE FROM audit_log WHERE seq > (SELECT MAX(seq) - 10 FROM audit_log)",
		}, -9, "missing"},
		"two rows exchanged": {[]string{
			"UPDATE audit_log SET seq = 0 WHERE seq = 11",
			"UPDATE audit_log SET seq = 11 WHERE seq = 12",
			"UPDATE audit_log SET seq = 12 WHERE seq = 0",
		}, 11, "does not follow"},
		"a changed hash":   {[]string{"UPDATE audit_log SET hash = prev_hash WHERE seq = 3"}, 3, "was changed"},
		"all rows deleted": {[]string{"DELETE FROM audit_log"}, 1, "missing"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			rows := h.Count("audit_log")
			if report, err := audit.Verify(h.App); err != nil || report.Broken != nil || report.Rows != rows {
				t.Fatalf("the untouched log: %+v %v", report, err)
			}
			for _, sql := range append([]string{"DROP TRIGGER audit_log_no_update",
				"DROP TRIGGER audit_log_no_delete"}, c.sql...) {
				if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
					t.Fatal(err)
				}
			}
			want := c.seq
			if want < 0 {
				want += rows
			}
			report, err := audit.Verify(h.App)
			if err != nil || report.Broken == nil || report.Broken.Seq != want ||
				!strings.Contains(report.Broken.Why, c.why) {
				t.Errorf("Verify returned %+v %+v (%v), want row %d: %s", report, report.Broken, err, want, c.why)
			}
			if h.Violations() == "" {
				t.Error("the verify command reports nothing")
			}
			answer := h.As("admin1").Do(http.MethodGet, "/api/hospital/audit/verify", nil).OK(t)
			if broken, _ := answer.JSON["broken"].(map[string]any); broken == nil ||
				int64(broken["seq"].(float64)) != want {
				t.Errorf("the route answers %s", answer.Raw)
			}
		})
	}
}

// The hash of the entry of a list covers its patients, which are in another table.
func TestVerifyReportsTamperedPatientsOfLists(t *testing.T) {
	t.Parallel()
	const first = "(SELECT id FROM audit_log WHERE list = id ORDER BY seq LIMIT 1)"
	const ofFirst, pat1 = " WHERE list = " + first, " AND patient LIKE 'pat1%'"
	const added = "INSERT INTO audit_log_patients (id, list, patient, created, updated) SELECT 'forged000000000', "
	const remove, change = "DELETE FROM audit_log_patients", "UPDATE audit_log_patients SET "
	for what, sql := range map[string]string{
		"a removed patient":    remove + ofFirst + pat1,
		"all patients removed": remove + ofFirst,
		"another patient":      change + "patient = 'x'" + ofFirst + pat1,
		"an added patient":     added + first + ", 'x', '', ''",
		"two patients as one": change + `patient = 'pat100000000000","pat200000000000'` + ofFirst + pat1 + "; " +
			remove + ofFirst + " AND patient LIKE 'pat2%'",
		"another list": "UPDATE audit_log SET list = (SELECT id FROM audit_log WHERE list = id ORDER BY seq DESC LIMIT 1)" +
			" WHERE id = " + first,
		"no list":        "UPDATE audit_log SET list = '', patients = 0 WHERE id = " + first,
		"another number": "UPDATE audit_log SET patients = 1 WHERE id = " + first,
		"another count":  "UPDATE audit_log SET times = 9 WHERE id = " + first,
		"another id": change + "list = 'forged000000000'" + ofFirst +
			"; UPDATE audit_log SET list = 'forged000000000', id = 'forged000000000' WHERE id = " + first,
		"patients of no list":   added + "(SELECT id FROM audit_log WHERE list = '' LIMIT 1), 'x', '', ''",
		"patients of no entry":  added + "'forged000000001', 'x', '', ''",
		"a list of one as many": "UPDATE audit_log SET list = id WHERE seq = 1",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			if n := h.Count("audit_log_patients"); n < 4 {
				t.Fatalf("%d patients of lists", n)
			}
			h.Verify()
			for _, table := range []string{"audit_log", "audit_log_patients"} {
				for _, trigger := range []string{"_no_update", "_no_delete"} {
					sql = "DROP TRIGGER " + table + trigger + "; " + sql
				}
			}
			if err := h.SQL(sql); err != nil {
				t.Fatal(err)
			}
			report, err := audit.Verify(h.App)
			if err != nil || report.Broken == nil {
				t.Errorf("Verify returned %+v, %v", report, err)
			}
			answer := h.As("admin1").Do(http.MethodGet, "/api/hospital/audit/verify", nil).OK(t)
			if answer.JSON["broken"] == nil {
				t.Errorf("the route answers %s", answer.Raw)
			}
		})
	}
}

func TestTheDatabaseRefusesChangesOfTheLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, sql := range []string{"UPDATE audit_log SET record = ''", "DELETE FROM audit_log",
		"UPDATE audit_log_patients SET patient = ''", "DELETE FROM audit_log_patients"} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("the database accepted %s", sql)
		}
	}
	if answer := h.Operator().Create("audit_log",
		body{"action": "forged", "at": time.Now(), "outcome": "done"}); answer.Status < 400 {
		t.Error("an operator wrote an entry")
	}
}
