package audit_test

import (
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

// Who reads the log is in the log: one entry for a request, also without a result, and none
// for that entry.
func TestReadingTheLogIsLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("nurse1").View("patients", id("pat1"), "").OK(t)
	first := h.As("admin1").List("audit_log", "sort=seq").OK(t).IDs()[0]
	operator := h.Operator()
	for name, c := range map[string]struct {
		client  hospitaltest.Client
		query   string
		want    string
		changes string
	}{
		"list":    {h.As("admin1"), "", "admin1 admin list audit_log   done", ""},
		"another": {h.As("admin1"), "?page=2&perPage=1", "admin1 admin list audit_log   done", ""},
		"filter": {h.As("admin1"),
			"?sort=-at,seq&" + hospitaltest.Filter(`(actor_name ~ "Secret" || patient.name:lower = 'secret') && at > @now`),
			"admin1 admin list audit_log   done",
			`{"filter":["","actor_name, at, patient.name:lower"],"sort":["","at, seq"]}`},
		"view": {h.As("admin1"), "/" + first, "admin1 admin view audit_log " + first + "  done", ""},
		"own": {h.As("nurse1"), "?" + hospitaltest.Filter(`action = "view"`),
			"nurse1 nurse list audit_log   done", `{"filter":["","action"]}`},
		"operator": {operator, "", "operator@example.org operator list audit_log   done", ""},
	} {
		entries := logged(h, func() {
			c.client.Do(http.MethodGet, "/api/collections/audit_log/records"+c.query, nil).OK(t)
		})
		if len(entries) != 1 || entries[0].summary() != c.want || entries[0]["changes"] != c.changes {
			t.Errorf("%s: the log has %v, want %s %s", name, entries, c.want, c.changes)
		}
	}
	entries := logged(h, func() {
		h.As("patient1").List("audit_log", "").OK(t) // who opened their record
		h.As("admin1").List("departments", "").OK(t)
	})
	expect(t, entries)
	entries = logged(h, func() {
		h.As("admin1").Do(http.MethodGet, "/api/collections/patients/records/"+id("pat1")+"?expand=audit_log_via_patient",
			nil).OK(t)
	})
	var used bool
	for _, e := range entries {
		used = used || e["action"] == "view" && e["collection"] == "audit_log"
	}
	if !used {
		t.Errorf("the log was read as an expansion: %v", entries)
	}
}
