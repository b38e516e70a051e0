package billing_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func get(h *hospitaltest.Hospital, who, path string) hospitaltest.Response {
	h.T.Helper()
	return h.As(who).Do(http.MethodGet, "/api/hospital/"+path, nil)
}

// entries returns kind, amount and balance of every entry.
func entries(statement hospitaltest.Response) (got []string) {
	for _, e := range statement.JSON["entries"].([]any) {
		entry := e.(map[string]any)
		got = append(got, fmt.Sprintf("%s %.0f = %.0f", entry["kind"], entry["amount_minor"],
			entry["balance_minor"]))
	}
	return got
}

func TestAStatementListsBillsPaymentsAndBalances(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	accountant, start := h.As("accountant1"), time.Now().UTC()
	on := func(days int) time.Time { return start.AddDate(0, 0, 10+days) }
	day := func(days int) string { return on(days).Format(time.DateOnly) }
	h.At(on(0))
	bill := sale(h, 0, 10_000)
	issue(h, bill)
	paid := h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 8_000}).OK(t)
	h.At(on(1))
	accountant.Update("payments", paid.ID(), body{"status": "verified"}).OK(t)
	wrong := sale(h, 0, 700)
	issue(h, wrong)
	h.At(on(2))
	accountant.Update("bills", wrong, body{"status": "void", "reason": "not hers"}).OK(t)
	allowCredits(h)
	accountant.Create("bills", body{"kind": "credit_note", "original": bill, "total_minor": 4_000,
		"reason": "too much"}).OK(t)
	back := accountant.Create("payments",
		body{"refund_of": paid.ID(), "bill": bill, "method": "card", "amount_minor": 2_000, "note": "too much"}).OK(t)
	h.At(on(3))
	h.As("accountant2").Update("payments", back.ID(), body{"status": "verified"}).OK(t)

	const before = 5_350 // the visit of two days ago, of which nothing is verified
	all := get(h, "patient1", "patients/"+id("pat1")+"/statement?from="+day(0)+"&to="+day(3)).OK(t)
	want := []string{"invoice 10000 = 15350", "invoice 700 = 16050", "payment -8000 = 8050",
		"credit_note -4000 = 4050", "void -700 = 3350", "refund 2000 = 5350"}
	if got := entries(all); !slices.Equal(got, want) || all.Int("opening_minor") != before ||
		all.Int("closing_minor") != 5_350 {
		t.Errorf("statement: %s", all.Raw)
	}
	if all.Int("billed_minor") != 10_000 || all.Int("credited_minor") != 4_000 ||
		all.Int("paid_minor") != 6_000 || all.String("currency") != "EUR" || all.Int("currency_exponent") != 2 {
		t.Errorf("sums: %s", all.Raw)
	}
	two := get(h, "accountant1", "patients/"+id("pat1")+"/statement?from="+day(1)+"&to="+day(2)).OK(t)
	if two.Int("opening_minor") != 15_350 || two.Int("closing_minor") != 3_350 {
		t.Errorf("statement of two days: %s", two.Raw)
	}
	file := string(get(h, "accountant1",
		"patients/"+id("pat1")+"/statement?format=csv&from="+day(1)+"&to="+day(2)).OK(t).Raw)
	lines := strings.Split(strings.TrimSuffix(file, "\r\n"), "\r\n")
	if len(lines) != 7 || lines[1] != day(1)+",opening,,,153.50,EUR" ||
		!strings.HasSuffix(lines[2], ",7.00,160.50,EUR") || lines[6] != day(2)+",closing,,,33.50,EUR" {
		t.Errorf("CSV: %q", lines)
	}
	expectRefused(t, "an unknown format",
		get(h, "accountant1", "patients/"+id("pat1")+"/statement?format=xls"),
		http.StatusBadRequest, "format", "unknown_format")
	if nothing := get(h, "receptionist1",
		"patients/"+id("walkin")+"/statement").OK(t); nothing.Int("closing_minor") != 0 || len(entries(nothing)) != 0 {
		t.Errorf("empty statement: %s", nothing.Raw)
	}
	h.Verify()
}
