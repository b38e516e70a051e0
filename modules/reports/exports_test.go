package reports_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
)

// TestExportsAreAudited: the entries of an export name each patient in it.
func TestExportsAreAudited(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	visit, err := h.App.FindFirstRecordByData("bills", "appointment", id("done1"))
	if err != nil {
		t.Fatal(err)
	}
	h.As("accountant1").Update("payments", id("paid1"), body{"status": "verified"}).OK(t)
	lastWeek := "?from=" + time.Now().AddDate(0, 0, -7).Format(time.DateOnly) // on the first of a month, too
	for _, c := range []struct {
		path       string
		collection string
		patients   []string
	}{
		{"bills/" + visit.Id + "/pdf", "bills", []string{"pat1"}},
		{"bills/" + visit.Id + "/csv", "bills", []string{"pat1"}},
		{"payments/" + id("paid1") + "/receipt", "payments", []string{"pat1"}},
		{"reports/bills.csv" + lastWeek, "bills", []string{"pat1", "pat2"}},
		{"reports/payments.csv" + lastWeek, "payments", []string{"pat1"}},
		{"patients/" + id("pat2") + "/statement?format=csv", "patients", []string{"pat2"}},
	} {
		answer := get(h, "accountant2", c.path).OK(t)
		if err := audit.Flush(h.App); err != nil {
			t.Fatal(err)
		}
		var logged []string
		err := h.App.DB().NewQuery(`SELECT a.collection || ' ' || COALESCE(p.patient, a.patient) FROM audit_log a
			LEFT JOIN audit_log_patients p ON p.list = a.list AND a.list != ''
			WHERE a.actor = {:actor} AND a.action = 'export' AND a.request = {:request} ORDER BY 1`).
			Bind(dbx.Params{"actor": id("accountant2"), "request": answer.Header.Get("X-Request-Id")}).Column(&logged)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, p := range c.patients {
			want = append(want, c.collection+" "+id(p))
		}
		if !slices.Equal(logged, want) {
			t.Errorf("%s: the log has %q, want %q", c.path, logged, want)
		}
	}
}

// TestLongExportHasEveryBillOnce: also when a page ends between bills of the same moment.
func TestLongExportHasEveryBillOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	const bills = 4_230
	err := h.SQL(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO bills (id, number, kind, patient, status, currency, total_minor, balance_minor,
			issued_at, version, created)
		SELECT printf('bi%%013d', i), printf('INV-1999-%%06d', i), 'invoice', '%s', 'unpaid', 'EUR', 1, 1,
			printf('1999-01-%%02d 12:00:00.000Z', 1 + i / 900), 1, '1999-01-01 12:00:00.000Z' FROM n`, bills, id("pat1")))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	last := ""
	for _, row := range table(t, get(h, "accountant1", "reports/bills.csv?from=1999-01-01&to=1999-01-31")) {
		if seen[row["number"]] || row["issued_on"] < last {
			t.Errorf("%s comes twice, or after %s", row["number"], last)
		}
		seen[row["number"]], last = true, row["issued_on"]
	}
	if len(seen) != bills {
		t.Errorf("%d of %d bills", len(seen), bills)
	}
	for _, c := range []struct{ path, table string }{
		{"reports/bills.csv?from=1999-01-01&to=1999-01-31", "bills"},
		{"reports/billing?from=1999-01-01&to=1999-01-31&by=day", "billing_sums"},
		{"reports/billing?from=1999-01-01&to=1999-01-31", "open_balances"},
		{"reports/payments.csv", "payments"},
	} {
		looked := 0
		for _, plan := range h.Plans(func() { get(h, "accountant1", c.path).OK(t) }) {
			for _, step := range plan.Of(c.table) {
				looked++
				if !strings.HasPrefix(step, "SEARCH") && !strings.HasSuffix(plan.SQL, "WHERE 0=1") { // an empty expand
					t.Errorf("%s: %s in %s", c.path, step, plan.SQL)
				}
			}
		}
		if looked == 0 {
			t.Errorf("%s looks nowhere", c.path)
		}
	}
}

// TestNothingClinicalIsExported writes a word into every clinical text and looks for it
// in everything that can be exported.
func TestNothingClinicalIsExported(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	const secret = "zxqclinical"
	if err := h.SQL("UPDATE appointments SET reason = '" + secret + "', staff_note = '" + secret + "'"); err != nil {
		t.Fatal(err)
	}
	err := h.SQL("UPDATE patients SET medical_history = '" + secret + "', national_id = '" + secret + "' || id")
	if err != nil {
		t.Fatal(err)
	}
	visit, err := h.App.FindFirstRecordByData("bills", "appointment", id("done1"))
	if err != nil {
		t.Fatal(err)
	}
	printed := pages(t, get(h, "accountant1", "bills/"+visit.Id+"/pdf").OK(t).Raw)
	said := fmt.Sprint(printed)
	for _, path := range []string{
		"bills/" + visit.Id + "/csv", "reports/bills.csv", "reports/payments.csv", "reports/billing",
		"patients/" + id("pat1") + "/statement?format=csv", "reports/day-close?format=csv",
	} {
		said += string(get(h, "accountant1", path).OK(t).Raw)
	}
	if strings.Contains(said, secret) {
		t.Errorf("a clinical text is exported: %s", said)
	}
	if !strings.Contains(said, "Consultation") || after(t, printed, "Patient") != "Patient 1" {
		t.Errorf("the exports are empty: %s", said)
	}
}
