package bench_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
)

const (
	month     = 10_000 // bills, and 12,000 payments on them
	billsADay = 333
	newest    = "the newest bills with their patients" // scans an index, and stops after a page
	wholeList = "open bills in two statuses"           // sorts all open bills
)

// inherent are queries whose result grows with the data.
var inherent = []string{wholeList, "the statistics by day", "the bills as CSV", "the payments as CSV"}

// BenchmarkAccountantLists checks that an accountant's daily requests use indexes, and that
// their time does not grow with the number of bills.
func BenchmarkAccountantLists(b *testing.B) {
	for range b.N {
		few, many := booked(b, month/10), booked(b, month)
		var table strings.Builder
		out := tabwriter.NewWriter(&table, 2, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(out, "what\tms\tin a tenth ms\tgrowth\t")
		list := "/api/collections/%s/records?%s"
		for _, q := range []struct{ name, path string }{
			{"unpaid bills, the newest", fmt.Sprintf(list, "bills",
				hospitaltest.Filter(`status = "unpaid"`)+"&sort=-issued_at")},
			{"the same without a total", fmt.Sprintf(list, "bills",
				hospitaltest.Filter(`status = "unpaid"`)+"&sort=-issued_at&skipTotal=1")},
			{newest, fmt.Sprintf(list, "bills", "sort=-issued_at&expand=patient,payments_via_bill&skipTotal=1")},
			{wholeList,
				fmt.Sprintf(list, "bills",
					hospitaltest.Filter(`status = "unpaid" || status = "partially_paid"`)+
						"&sort=-issued_at&expand=patient,payments_via_bill&skipTotal=1")},
			{"overdue bills",
				fmt.Sprintf(list, "bills",
					hospitaltest.Filter(`status = "unpaid" && due_on < "1999-01-20"`)+"&sort=due_on&skipTotal=1")},
			{"a bill by its number", fmt.Sprintf(list, "bills",
				hospitaltest.Filter(`number = "INV-1999-000501"`)+"&expand=bill_items_via_bill,payments_via_bill")},
			{"pending payments", fmt.Sprintf(list, "payments",
				hospitaltest.Filter(`status = "pending"`)+"&sort=created&skipTotal=1")},
			{"the statement of a patient", "/api/hospital/patients/" + id("pa", 3) + "/statement?from=1999-01-01&to=1999-02-28"},
			{"the day close", "/api/hospital/reports/day-close?date=1999-01-02"},
			{"a bill as PDF", "/api/hospital/bills/" + id("bi", 3) + "/pdf"},
			{"the statistics of a day", "/api/hospital/reports/billing?from=1999-01-02&to=1999-01-02"},
			{inherent[1], "/api/hospital/reports/billing?by=day&from=1999-01-01&to=1999-01-31"},
			{inherent[2], "/api/hospital/reports/bills.csv?from=1999-01-01&to=1999-01-31"},
			{inherent[3], "/api/hospital/reports/payments.csv?from=1999-01-01&to=1999-01-31"},
		} {
			now, tenth := many.medianOf(b, q.path), few.medianOf(b, q.path)
			plans := many.h.Plans(func() { many.Do(http.MethodGet, q.path, nil).OK(b) })
			var looked []string
			for _, p := range plans {
				if strings.HasSuffix(p.SQL, "WHERE 0=1") {
					continue // PocketBase's query for no rows
				}
				looked = append(looked, slices.Concat(p.Of("bills"), p.Of("payments"), p.Of("bill_items"), p.Of("patients"),
					p.Of("u"))...)
			}
			if len(looked) == 0 ||
				slices.ContainsFunc(looked, func(step string) bool { return strings.HasPrefix(step, "SCAN") && q.name != newest }) {
				b.Errorf("%s: reads rows without an index:\n%s", q.name, strings.Join(looked, "\n"))
			}
			if now > growth*tenth+noise && !slices.Contains(inherent, q.name) {
				b.Errorf("%s: with ten times as many bills it takes %.1f times as long", q.name, float64(now)/float64(tenth))
			}
			fmt.Fprintf(out, "%s\t%.1f\t%.1f\t%.1f\t\n", q.name, ms(now), ms(tenth), float64(now)/float64(tenth))
		}
		_ = out.Flush() // into memory
		fmt.Printf("An accountant's requests with %d bills and %d payments:\n%s\n", month, month*12/10, table.String())
	}
}

// medianOf is the median time of a request.
func (a client) medianOf(b *testing.B, path string) time.Duration {
	b.Helper()
	var all []time.Duration
	for range 9 {
		started := time.Now()
		a.Do(http.MethodGet, path, nil).OK(b)
		all = append(all, time.Since(started))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// booked creates a hospital with bills of some days in January 1999. Of ten, four are paid with
// two payments, four are partially paid, and two are unpaid.
func booked(b *testing.B, bills int) client {
	b.Helper()
	h := hospitaltest.New(b)
	started := time.Now()
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
	fmt.Printf("Booked %d bills in %.1f s.\n", bills, time.Since(started).Seconds())
	return client{h.As("accountant1").SkipContract(), h}
}
