package reports_test

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// minor parses an amount as a document writes it into minor units.
func minor(t *testing.T, text string, exponent int) int64 {
	t.Helper()
	whole, part, _ := strings.Cut(text, ".")
	n, ok := new(big.Int).SetString(whole+part, 10)
	if !ok || len(part) != exponent {
		t.Fatalf("%q is not an amount with %d decimal places", text, exponent)
	}
	return n.Int64()
}

// agrees issues a bill and compares its amounts in the record, the PDF, its CSV, the CSV
// of the day, the statistics and the patient's statement.
func agrees(t *testing.T, h *hospitaltest.Hospital, bill string, exponent int) (total int64) {
	t.Helper()
	today := time.Now().UTC().Format(time.DateOnly)
	days := "?from=" + today + "&to=" + today
	statistics := func() map[string]any {
		return get(h, "accountant1", "reports/billing"+days+"&by=day").OK(t).JSON["total"].(map[string]any)
	}
	owed := func() int64 {
		return get(h, "accountant1", "patients/"+id("pat1")+"/statement"+days).OK(t).Int("closing_minor")
	}
	before, owedBefore := statistics(), owed()
	issue(h, bill)
	after1, owedAfter := statistics(), owed()
	stored := h.As("patient1").View("bills", bill, "").OK(t)
	total = stored.Int("total_minor")

	document := pages(t, get(h, "patient1", "bills/"+bill+"/pdf").OK(t).Raw)
	sheet := table(t, get(h, "patient1", "bills/"+bill+"/csv"))
	var row map[string]string
	for _, r := range table(t, get(h, "accountant1", "reports/bills.csv"+days)) {
		if r["number"] == stored.String("number") {
			row = r
		}
	}
	sums := map[string]int64{}
	for _, line := range sheet {
		for _, column := range []string{"discount", "tax", "total"} {
			sums[column] += minor(t, line[column], exponent)
		}
		quantity, err := strconv.ParseInt(line["quantity"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sums["subtotal"] += quantity * minor(t, line["unit"], exponent)
	}
	for _, c := range []struct{ field, column, printed, counted string }{
		{"subtotal_minor", "subtotal", "Subtotal", "subtotal_minor"},
		{"discount_minor", "discount", "Discount", "discount_minor"},
		{"tax_minor", "tax", "Tax", "tax_minor"},
		{"total_minor", "total", "Total " + stored.String("currency"), "billed_minor"},
	} {
		want := stored.Int(c.field)
		if sums[c.column] != want || minor(t, row[c.column], exponent) != want {
			t.Errorf("%s is %d, in the CSV of the bill %d, of the day %s", c.field, want, sums[c.column], row[c.column])
		}
		if counted := int64(after1[c.counted].(float64) - before[c.counted].(float64)); counted != want {
			t.Errorf("%s is %d, and the statistics grew by %d", c.field, want, counted)
		}
		if want == 0 && c.printed == "Discount" {
			continue
		}
		if printed := strings.TrimPrefix(lastAfter(document, c.printed), "-"); minor(t, printed, exponent) != want {
			t.Errorf("%s is %d, and printed as %s", c.field, want, printed)
		}
	}
	if owedAfter-owedBefore != total {
		t.Errorf("the patient owes %d more, and the bill is of %d", owedAfter-owedBefore, total)
	}
	if lines := printedTotals(t, document, len(sheet), exponent); lines != total {
		t.Errorf("the printed lines come to %d, and the bill to %d", lines, total)
	}
	return total
}

// lastAfter is the text after the last occurrence of a name. A column of the table can
// have the same name as a sum below it.
func lastAfter(document [][]string, name string) (found string) {
	texts := slices.Concat(document...)
	for i, text := range texts {
		if text == name && i+1 < len(texts) {
			found = texts[i+1]
		}
	}
	return found
}

// printedTotals adds up the printed lines, and fails when one is missing or out of order.
func printedTotals(t *testing.T, document [][]string, lines, exponent int) (sum int64) {
	t.Helper()
	next := 1
	texts := slices.Concat(document...)
	for i, text := range texts {
		if next <= lines && text == strconv.Itoa(next) && texts[i+1] == "Dose" {
			sum += minor(t, texts[i+7], exponent)
			next++
		}
	}
	if next != lines+1 {
		t.Errorf("line %d of %d is not printed", next, lines)
	}
	return sum
}

func TestBillAmountsAgreeEverywhere(t *testing.T) {
	t.Parallel()
	for currency, exponent := range map[string]int{"JPY": 0, "USD": 2, "KWD": 3} {
		t.Run(currency, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			h.SettleBills()
			h.As("admin1").Update("hospital", "hospitalsetting", body{"currency": currency, "currency_exponent": exponent}).OK(t)
			thirds := sale(h, 750, 3333, 3333, 3333)
			if total := agrees(t, h, thirds, exponent); total != 3*(3333+250) {
				t.Errorf("three lines of 3333 with 7.5 %% come to %d", total)
			}
			pennies := sale(h, 0, 5)
			h.As("accountant1").Create("discounts", body{"bill": pennies, "bp": 1_000, "reason": "regular"}).OK(t)
			if total := agrees(t, h, pennies, exponent); total != 4 { // half a unit is rounded up
				t.Errorf("10 %% off 5 leave %d", total)
			}
			h.Verify()
		})
	}
}

func TestThousandLinesAgreeEverywhere(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 0)
	const lines = 1_000
	err := h.SQL(fmt.Sprintf(`WITH RECURSIVE n(i, q, u, bp) AS (SELECT 2, 3, 11, 750 UNION ALL
			SELECT i + 1, 1 + i %% 7, 1 + i * 37 %% 991, CASE i %% 3 WHEN 0 THEN 0 WHEN 1 THEN 750 ELSE 1900 END
			FROM n WHERE i < %d)
		INSERT INTO bill_items (id, bill, description, quantity, currency, unit_minor, tax_bp, tax_minor, total_minor)
		SELECT printf('do%%013d', i), '%s', 'Dose', q, 'EUR', u, bp,
			(q * u * bp + 5000) / 10000, q * u + (q * u * bp + 5000) / 10000 FROM n`, lines, bill))
	if err != nil {
		t.Fatal(err)
	}
	last := body{"bill": bill, "description": "Dose", "quantity": 1, "unit_minor": 77, "tax_bp": 1_900}
	h.As("accountant1").Create("bill_items", last).OK(t) // the sums of the bill are calculated again
	agrees(t, h, bill, 2)

	began := time.Now()
	first := get(h, "accountant1", "bills/"+bill+"/pdf").OK(t).Raw
	t.Logf("%d pages, %d bytes in %v", len(pages(t, first)), len(first), time.Since(began))
	if again := get(h, "patient1", "bills/"+bill+"/pdf").OK(t).Raw; !bytes.Equal(first, again) {
		t.Error("the same bill is another file")
	}
	number := h.Record("bills", bill).GetString("number")
	document := pages(t, first)
	for i, page := range document {
		numbered := slices.Contains(page, fmt.Sprintf("Page %d of %d", i+1, len(document)))
		if page[0] != "Invoice "+number || !numbered || len(document) < 10 {
			t.Errorf("page %d of %d: %q", i+1, len(document), page)
		}
		if lined := slices.Contains(page, "Dose"); lined != slices.Contains(page, "Quantity") {
			t.Errorf("page %d has lines: %v, and the names of their columns: %v", i+1, lined, !lined)
		}
	}
}

// TestCreditsAndPaymentsArePrinted: a credit note, a payment and a refund appear on the
// bill, in the exports and in the statistics.
func TestCreditsAndPaymentsArePrinted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	accountant := h.As("accountant1")
	bill := sale(h, 750, 10_000)
	issue(h, bill)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"discount_limit_bp": 5_000}).OK(t)
	paid := accountant.Create("payments", body{"bill": bill, "method": "cash", "amount_minor": 10_750}).OK(t)
	h.As("accountant2").Update("payments", paid.ID(), body{"status": "verified"}).OK(t)
	note := accountant.Create("bills", body{
		"kind": "credit_note", "original": bill, "total_minor": 2_150, "reason": "=too much"}).OK(t)
	back := accountant.Create("payments", body{
		"bill": bill, "refund_of": paid.ID(), "method": "card", "amount_minor": 150, "note": "too much"}).OK(t)
	h.As("accountant2").Update("payments", back.ID(), body{"status": "verified"}).OK(t)

	printed := pages(t, get(h, "patient1", "bills/"+bill+"/pdf").OK(t).Raw)
	for name, want := range map[string]string{
		"Cash": "-107.50", "Refund, card": "1.50", "Credit note": "-21.50",
		"Credited": "21.50", "Paid": "106.00", "To be returned EUR": "20.00",
	} {
		if got := after(t, printed, name); got != want {
			t.Errorf("%s is printed as %s, want %s", name, got, want)
		}
	}
	taken := pages(t, get(h, "patient1", "bills/"+note.ID()+"/pdf").OK(t).Raw)
	if taken[0][0] != "Credit note "+note.String("number") || after(t, taken, "Total EUR") != "21.50" ||
		after(t, taken, "Takes back") != h.Record("bills", bill).GetString("number") {
		t.Errorf("the credit note: %q", taken)
	}
	receipt := pages(t, get(h, "patient1", "payments/"+back.ID()+"/receipt").OK(t).Raw)
	if !strings.HasPrefix(receipt[0][0], "Refund REF-") || after(t, receipt, "Amount EUR") != "1.50" ||
		!strings.HasPrefix(after(t, receipt, "Of receipt"), "RCP-") {
		t.Errorf("the receipt of the refund: %q", receipt)
	}
	for _, row := range table(t, get(h, "accountant1", "reports/bills.csv")) {
		if row["number"] == note.String("number") &&
			(row["kind"] != "credit_note" || row["total"] != "21.50" || row["reason"] != "'=too much") {
			t.Errorf("the credit note among the bills: %v", row)
		}
		if row["paid"] == "106.00" && (row["balance"] != "-20.00" || row["credited"] != "21.50") {
			t.Errorf("the bill: %v", row)
		}
	}
	var said []string
	for _, row := range table(t, get(h, "accountant1", "reports/payments.csv")) {
		said = append(said, strings.Join([]string{row["kind"], row["method"], row["amount"], row["currency"]}, " "))
	}
	if want := []string{"payment cash 107.50 EUR", "refund card 1.50 EUR"}; !slices.Equal(said, want) {
		t.Errorf("the payments: %q", said)
	}
	statistics := get(h, "admin1", "reports/billing").OK(t)
	total := statistics.JSON["total"].(map[string]any)
	if total["credited_minor"] != 2_150.0 || total["credited_tax_minor"] != 150.0 || total["paid_minor"] != 10_750.0 ||
		total["refunded_minor"] != 150.0 || statistics.Int("owed_minor") != 2_000 {
		t.Errorf("the statistics: %s", statistics.Raw)
	}
	if methods := fmt.Sprint(statistics.JSON["methods"]); methods !=
		"[map[method:card paid_minor:0 payments:0 refunded_minor:150 refunds:1] "+
			"map[method:cash paid_minor:10750 payments:1 refunded_minor:0 refunds:0]]" {
		t.Errorf("by method: %s", methods)
	}
}
