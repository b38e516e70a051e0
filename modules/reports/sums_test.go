package reports_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
)

// fillBooks writes bills, credit notes, void bills, payments and refunds of two currencies: one in every
// seventh minute of some days, and two around every quarter of an hour.
func fillBooks(t *testing.T, h *hospitaltest.Hospital, days ...string) {
	t.Helper()
	for d, day := range days {
		at := fmt.Sprintf(`strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', '%s', (i * 7) || ' minutes',
			CASE i %% 3 WHEN 0 THEN '-0.001 seconds' ELSE '0.999 seconds' END)`, day)
		numbers := "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 617) "
		for _, sql := range []string{
			fmt.Sprintf(`INSERT INTO bills (id, number, kind, patient, status, currency, subtotal_minor, discount_minor,
				tax_minor, total_minor, balance_minor, issued_at, voided_at, due_on, version)
				SELECT printf('bi%%d%%012d', %[1]d, i), printf('X-%%d-%%d', %[1]d, i),
					CASE i %% 5 WHEN 0 THEN 'credit_note' ELSE 'invoice' END, '%[2]s',
					CASE i %% 5 WHEN 0 THEN 'issued' WHEN 1 THEN 'void' ELSE 'unpaid' END,
					CASE i %% 11 WHEN 0 THEN 'USD' ELSE 'EUR' END, 100 + i, i %% 9, i %% 13, 100 + i - i %% 9 + i %% 13,
					CASE i %% 5 WHEN 2 THEN i - 300 WHEN 3 THEN i ELSE 0 END,
					%[3]s, CASE i %% 5 WHEN 1 THEN strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', %[3]s, '+1 day') ELSE '' END,
					date('%[4]s', (i %% 40) || ' days'), 1 FROM n`, d, id("pat1"), at, day),
			fmt.Sprintf(`INSERT INTO payments (id, number, receipt, kind, bill, patient, method, amount_minor, currency,
				status, decided_at)
				SELECT printf('pm%%d%%012d', %[1]d, i), printf('Y-%%d-%%d', %[1]d, i), printf('Z-%%d-%%d', %[1]d, i),
					CASE i %% 7 WHEN 0 THEN 'refund' ELSE 'payment' END, printf('bi%%d%%012d', %[1]d, i), '%[2]s',
					CASE i %% 4 WHEN 0 THEN 'cash' WHEN 1 THEN 'card' ELSE 'transfer' END, 1 + i,
					CASE i %% 11 WHEN 0 THEN 'USD' ELSE 'EUR' END, CASE i %% 6 WHEN 0 THEN 'pending' ELSE 'verified' END,
					%[3]s FROM n`, d, id("pat1"), at),
		} {
			if err := h.SQL(numbers + sql); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestStatisticsAreTheSumsOfTheBooksInEveryZone compares the statistics with sums of the bills and payments, also
// where days do not start at a full hour of UTC, and on the days on which the clocks change.
func TestStatisticsAreTheSumsOfTheBooksInEveryZone(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	fillBooks(t, h, "2030-03-30 00:00:00", "2030-04-06 00:00:00", "2030-10-26 00:00:00")
	for _, name := range []string{
		"Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham", "America/St_Johns",
	} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": name}).OK(t)
		for _, month := range []string{"2030-03", "2030-04", "2030-10"} {
			first, err := time.ParseInLocation("2006-01", month, zone)
			if err != nil {
				t.Fatal(err)
			}
			last := first.AddDate(0, 1, -1)
			path := "reports/billing?by=day&from=" + first.Format(time.DateOnly) + "&to=" + last.Format(time.DateOnly)
			answer := get(h, "accountant1", path).OK(t)
			periods := answer.JSON["periods"].([]any)
			if len(periods) != last.Day() {
				t.Fatalf("%s has %d days", month, len(periods))
			}
			expect := func(what string, got any, from, to time.Time) {
				t.Helper()
				counted := got.(map[string]any)
				for column, want := range inTheBooks(t, h, factsOfPeriod, from, to)[0] {
					if fmt.Sprint(counted[column]) != want {
						t.Errorf("%s, %s: %s is %v, and %s in the books", name, what, column, counted[column], want)
					}
				}
			}
			for i, got := range periods {
				day := first.AddDate(0, 0, i)
				expect(day.Format(time.DateOnly), got, day, day.AddDate(0, 0, 1))
			}
			next := first.AddDate(0, 1, 0)
			expect(month, answer.JSON["total"], first, next)
			got, want := fmt.Sprint(answer.JSON["methods"]), fmt.Sprint(inTheBooks(t, h, factsByMethod, first, next))
			if got != want || len(answer.JSON["methods"].([]any)) != 3 {
				t.Errorf("%s, %s: by method %s, and %s in the books", name, month, got, want)
			}
		}
	}
}

// TestOpenBalancesAreThoseOfTheBooks moves the day, so that more becomes overdue.
func TestOpenBalancesAreThoseOfTheBooks(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	fillBooks(t, h, "2030-03-30 00:00:00")
	overdue := map[string]bool{}
	for _, today := range []string{"2030-03-30", "2030-04-17", "2030-04-18", "2031-01-01"} {
		now, err := time.Parse(time.DateOnly, today)
		if err != nil {
			t.Fatal(err)
		}
		h.At(now)
		answer := get(h, "accountant1", "reports/billing").OK(t)
		for column, want := range inTheBooks(t, h, openInTheBooks, now, now)[0] {
			if got := fmt.Sprint(answer.JSON[column]); got != want {
				t.Errorf("on %s %s is %s, and %s in the books", today, column, got, want)
			}
		}
		overdue[fmt.Sprint(answer.JSON["overdue_minor"])] = true
	}
	if len(overdue) != 4 {
		t.Errorf("what is overdue does not grow: %v", overdue)
	}
}

// inTheBooks are the rows of a query of the stored bills and payments, with numbers as answers print them.
func inTheBooks(t *testing.T, h *hospitaltest.Hospital, query string, from, to time.Time) (rows []map[string]string) {
	t.Helper()
	const instant = "2006-01-02 15:04:05.000Z"
	var texts []string
	params := dbx.Params{"from": from.UTC().Format(instant), "to": to.UTC().Format(instant)}
	if err := h.App.DB().NewQuery(query).Bind(params).Column(&texts); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		row, values := map[string]string{}, map[string]any{}
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			t.Fatal(err)
		}
		for column, value := range values {
			row[column] = fmt.Sprint(value)
		}
		rows = append(rows, row)
	}
	return rows
}

const (
	issuedThen   = "FROM bills WHERE currency = 'EUR' AND issued_at >= {:from} AND issued_at < {:to}"
	voidedThen   = "FROM bills WHERE currency = 'EUR' AND issued_at != '' AND voided_at >= {:from} AND voided_at < {:to}"
	verifiedThen = "FROM payments WHERE currency = 'EUR' AND status = 'verified'" +
		" AND decided_at >= {:from} AND decided_at < {:to}"

	factsOfPeriod = `SELECT json_object(
		'invoices', (SELECT COUNT(*) ` + issuedThen + ` AND kind = 'invoice'),
		'subtotal_minor', (SELECT TOTAL(subtotal_minor) ` + issuedThen + ` AND kind = 'invoice'),
		'discount_minor', (SELECT TOTAL(discount_minor) ` + issuedThen + ` AND kind = 'invoice'),
		'tax_minor', (SELECT TOTAL(tax_minor) ` + issuedThen + ` AND kind = 'invoice'),
		'billed_minor', (SELECT TOTAL(total_minor) ` + issuedThen + ` AND kind = 'invoice'),
		'voided', (SELECT COUNT(*) ` + voidedThen + `),
		'voided_tax_minor', (SELECT TOTAL(tax_minor) ` + voidedThen + `),
		'voided_minor', (SELECT TOTAL(total_minor) ` + voidedThen + `),
		'credit_notes', (SELECT COUNT(*) ` + issuedThen + ` AND kind = 'credit_note'),
		'credited_tax_minor', (SELECT TOTAL(tax_minor) ` + issuedThen + ` AND kind = 'credit_note'),
		'credited_minor', (SELECT TOTAL(total_minor) ` + issuedThen + ` AND kind = 'credit_note'),
		'payments', (SELECT COUNT(*) ` + verifiedThen + ` AND kind = 'payment'),
		'paid_minor', (SELECT TOTAL(amount_minor) ` + verifiedThen + ` AND kind = 'payment'),
		'refunds', (SELECT COUNT(*) ` + verifiedThen + ` AND kind = 'refund'),
		'refunded_minor', (SELECT TOTAL(amount_minor) ` + verifiedThen + ` AND kind = 'refund'))`

	factsByMethod = `SELECT json_object('method', method,
		'payments', SUM(kind = 'payment'), 'paid_minor', TOTAL((kind = 'payment') * amount_minor),
		'refunds', SUM(kind = 'refund'), 'refunded_minor', TOTAL((kind = 'refund') * amount_minor))
		` + verifiedThen + ` GROUP BY method ORDER BY method`

	openInTheBooks = `SELECT json_object(
		'outstanding_minor', TOTAL(balance_minor) FILTER (WHERE balance_minor > 0),
		'overdue_minor', TOTAL(balance_minor) FILTER (
			WHERE balance_minor > 0 AND due_on != '' AND due_on < substr({:from}, 1, 10)),
		'owed_minor', -TOTAL(balance_minor) FILTER (WHERE balance_minor < 0))
		FROM bills WHERE currency = 'EUR' AND {:to} != ''`
)
