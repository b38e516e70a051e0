package billing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestADayCloseAddsUpByCashierAndMethod(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Pacific/Auckland"}).OK(t)
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Now().In(zone)
	today := noon.Format(time.DateOnly)
	bill := sale(h, 0, 100_000)
	issue(h, bill)
	take := func(who, method string, amount int, decision string) string {
		p := h.As(who).Create("payments", body{"bill": bill, "method": method, "amount_minor": amount}).OK(t)
		if decision != "" {
			h.As("accountant1").Update("payments", p.ID(), body{"status": decision}).OK(t)
		}
		return p.ID()
	}
	take("receptionist1", "cash", 1_000, "verified")
	take("receptionist1", "cash", 200, "")
	take("receptionist1", "card", 3_000, "verified")
	take("receptionist2", "cash", 40_000, "verified")
	take("receptionist2", "cash", 9, "rejected")
	paid := take("accountant1", "transfer", 500, "verified")
	back := h.As("accountant1").Create("payments",
		body{"refund_of": paid, "bill": bill, "method": "transfer", "amount_minor": 300, "note": "too much"}).OK(t)
	h.As("accountant2").Update("payments", back.ID(), body{"status": "verified"}).OK(t)

	closed := get(h, "accountant1", "reports/day-close?date="+today).OK(t)
	var got []string
	for _, r := range closed.JSON["rows"].([]any) {
		row := r.(map[string]any)
		got = append(got, fmt.Sprintf("%s %s: %v taken %v, %v waiting %v, %v verified %v, %v refunds %v, %v",
			row["name"], row["method"], row["taken"], row["taken_minor"], row["waiting"], row["waiting_minor"],
			row["verified"], row["verified_minor"], row["refunds"], row["refunded_minor"], row["net_minor"]))
	}
	want := []string{
		"accountant1 transfer: 1 taken 500, 0 waiting 0, 1 verified 500, 1 refunds 300, 200",
		"receptionist1 card: 1 taken 3000, 0 waiting 0, 1 verified 3000, 0 refunds 0, 3000",
		"receptionist1 cash: 2 taken 1200, 1 waiting 200, 1 verified 1000, 0 refunds 0, 1000",
		"receptionist2 cash: 1 taken 40000, 0 waiting 0, 1 verified 40000, 0 refunds 0, 40000",
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows:\n%s", strings.Join(got, "\n"))
	}
	if total := closed.JSON["total"].(map[string]any); total["taken_minor"] != 44_700.0 ||
		total["verified_minor"] != 44_500.0 || total["net_minor"] != 44_200.0 {
		t.Errorf("total: %v", total)
	}
	file := string(get(h, "accountant1", "reports/day-close?format=csv&date="+today).OK(t).Raw)
	if lines := strings.Split(file, "\r\n"); len(lines) != 6 ||
		lines[1] != today+",accountant1,transfer,1,5.00,0,0.00,1,5.00,1,3.00,2.00,EUR," {
		t.Errorf("CSV: %q", lines)
	}
	if own := get(h, "receptionist2", "reports/day-close?date="+today).OK(t); len(own.JSON["rows"].([]any)) != 1 {
		t.Errorf("a receptionist does not read exactly the own row: %s", own.Raw)
	}
	for _, other := range []string{noon.AddDate(0, 0, -1).Format(time.DateOnly),
		noon.AddDate(0, 0, 1).Format(time.DateOnly)} {
		if empty := get(h, "accountant1",
			"reports/day-close?date="+other).OK(t); len(empty.JSON["rows"].([]any)) != 0 {
			t.Errorf("the day close of %s is not empty: %s", other, empty.Raw)
		}
	}
}
