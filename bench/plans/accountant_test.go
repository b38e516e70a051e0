package plans_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
)

const (
	bills     = 1_000 // and 1,200 payments on them
	billsADay = 33
)

// An accountant's daily requests find their rows by an index.
func TestAccountantsRequestsUseIndexes(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	accountant := booked(t)
	const newest = "the newest bills with their patients" // scans an index, and stops after a page
	list := "/api/collections/%s/records?%s"
	for _, q := range []struct{ name, path string }{
		{"unpaid bills, the newest", fmt.Sprintf(list, "bills",
			hospitaltest.Filter(`status = "unpaid"`)+"&sort=-issued_at")},
		{"the same without a total", fmt.Sprintf(list, "bills",
			hospitaltest.Filter(`status = "unpaid"`)+"&sort=-issued_at&skipTotal=1")},
		{newest, fmt.Sprintf(list, "bills", "sort=-issued_at&expand=patient,payments_via_bill&skipTotal=1")},
		{"open bills in two statuses", fmt.Sprintf(list, "bills",
			hospitaltest.Filter(`status = "unpaid" || status = "partially_paid"`)+
				"&sort=-issued_at&expand=patient,payments_via_bill&skipTotal=1")},
		{"overdue bills", fmt.Sprintf(list, "bills",
			hospitaltest.Filter(`status = "unpaid" && due_on < "1999-01-20"`)+"&sort=due_on&skipTotal=1")},
		{"a bill by its number", fmt.Sprintf(list, "bills",
			hospitaltest.Filter(`number = "INV-1999-000501"`)+"&expand=bill_items_via_bill,payments_via_bill")},
		{"pending payments", fmt.Sprintf(list, "payments",
			hospitaltest.Filter(`status = "pending"`)+"&sort=created&skipTotal=1")},
		{"the statement of a patient",
			"/api/hospital/patients/" + id("pa", 3) + "/statement?from=1999-01-01&to=1999-02-28"},
		{"the day close", "/api/hospital/reports/day-close?date=1999-01-02"},
		{"a bill as PDF", "/api/hospital/bills/" + id("bi", 3) + "/pdf"},
		{"the statistics of a day", "/api/hospital/reports/billing?from=1999-01-02&to=1999-01-02"},
		{"the statistics by day", "/api/hospital/reports/billing?by=day&from=1999-01-01&to=1999-01-31"},
		{"the bills as CSV", "/api/hospital/reports/bills.csv?from=1999-01-01&to=1999-01-31"},
		{"the payments as CSV", "/api/hospital/reports/payments.csv?from=1999-01-01&to=1999-01-31"},
	} {
		plans := accountant.h.Plans(func() { accountant.Do(http.MethodGet, q.path, nil).OK(t) })
		var steps []string
		for _, p := range plans {
			if strings.HasSuffix(p.SQL, "WHERE 0=1") {
				continue // PocketBase's query for no rows
			}
			for _, table := range []string{"bills", "payments", "bill_items", "patients", "u", "billing_sums", "open_balances"} {
				steps = append(steps, p.Of(table)...)
			}
		}
		scans := slices.ContainsFunc(steps, func(step string) bool { return strings.HasPrefix(step, "SCAN") })
		if len(steps) == 0 || scans && q.name != newest {
			t.Errorf("%s: reads rows without an index:\n%s", q.name, strings.Join(steps, "\n"))
		}
	}
}

// booked creates a hospital with bills of some days in January 1999. Of ten, four are paid with
// two payments, four are partially paid, and two are unpaid.
func booked(t testing.TB) client {
	t.Helper()
	h := hospitaltest.New(t)
	day := fmt.Sprintf("datetime('1999-01-01 08:00:00', (i / %d) || ' days', (i %% %[1]d) || ' minutes') || '.000Z'",
		billsADay)
	insert(h, []string{
		people(bills/perPatient) + `INSERT INTO patients (id, mrn, name, name_key, birth_date, active)
			SELECT printf('pa%013d', i), printf('M%08d', i), 'Patient ' || i, 'patient ' || i, '1980-01-01', 1 FROM n`,
		people(bills) +
			`INSERT INTO bills (id, number, kind, patient, status, currency, subtotal_minor, total_minor, paid_minor,
			balance_minor, issued_at, due_on, version, created)
			SELECT printf('bi%013d', i), printf('INV-1999-%06d', i + 1), 'invoice', printf('pa%013d', i % {:patients}),
				CASE WHEN i % 10 < 4 THEN 'paid' WHEN i % 10 < 8 THEN 'partially_paid' ELSE 'unpaid' END, 'EUR', 5000, 5000,
				CASE WHEN i % 10 < 4 THEN 5000 WHEN i % 10 < 8 THEN 3000 ELSE 0 END, CASE WHEN i % 10 < 4 THEN 0
				WHEN i % 10 < 8 THEN 2000 ELSE 5000 END,
				` + day + `, date(` + day + `, '+14 days'), 1, ` + day + ` FROM n`,
		`INSERT INTO bill_items (id, bill, description, quantity, currency, unit_minor, total_minor)
			SELECT 'it' || substr(id, 3), id, 'Line', 1, 'EUR', 5000, 5000 FROM bills WHERE number LIKE 'INV-1999-%'`,
		`INSERT INTO payments (id, number, receipt, kind, bill, patient, method, amount_minor, currency, status, recorded_by,
			decided_by, created, decided_at)
			SELECT 'pm' || substr(b.id, 4) || part, printf('PAY-1999-%06d', ROW_NUMBER() OVER (ORDER BY b.id, part)),
			printf('RCP-1999-%06d', ROW_NUMBER() OVER (ORDER BY b.id, part)), 'payment', b.id, b.patient,
				CASE part WHEN 1 THEN 'cash' ELSE 'card' END, CASE part WHEN 1 THEN 3000 ELSE 2000 END, 'EUR', 'verified', CASE part
				WHEN 1 THEN {:desk1} ELSE {:desk2} END, {:accountant}, b.issued_at, b.issued_at
			FROM bills b JOIN (SELECT 1 AS part UNION ALL SELECT 2) ON part = 1 AND b.status != 'unpaid' OR part = 2
			AND b.status = 'paid' WHERE b.number LIKE 'INV-1999-%'`,
		`INSERT INTO counters (id, series, value) SELECT 'counter00000001', 'INV-1999', COUNT(*) FROM bills
			WHERE number LIKE 'INV-1999-%'`,
		`INSERT INTO counters (id, series, value) SELECT 'counter0000000' || n, series || '-1999', (SELECT COUNT(*)
			FROM payments WHERE number LIKE 'PAY-1999-%') FROM (SELECT 2 AS n, 'PAY' AS series UNION ALL SELECT 3, 'RCP')`,
	}, dbx.Params{
		"patients": bills / perPatient, "accountant": hospitaltest.ID("accountant1"),
		"desk1": hospitaltest.ID("receptionist1"), "desk2": hospitaltest.ID("receptionist2"),
	})
	h.Verify()
	return client{h.As("accountant1").SkipContract(), h}
}
