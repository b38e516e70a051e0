package billing_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/fixture"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/internal/money"
)

// TestABillOfAThousandLinesAddsUpToTheUnit compares the lines, the bill and the statement.
func TestABillOfAThousandLinesAddsUpToTheUnit(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 0)
	accountant := h.As("accountant1")
	err := h.App.RunInTransaction(func(tx core.App) error {
		w := fixture.New(tx)
		for i := range 1000 {
			w.Create(kit.Actor{ID: id("accountant1"), Role: role.Accountant}, fmt.Sprintf("dose%dx", i), "bill_items",
				fixture.Fields{"bill": bill, "description": "Dose", "quantity": 1 + i%7, "unit_minor": 1 +
					i*37%991, "tax_bp": []int{0, 750, 1_900}[i%3]})
		}
		return w.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	expectRefused(t, "one line more",
		accountant.Create("bill_items", body{"bill": bill, "description": "Dose", "quantity": 1}),
		http.StatusConflict, "bill", "too_many_lines")
	accountant.Create("discounts", body{"bill": bill, "bp": 333, "reason": "many"}).OK(t)
	before := get(h, "accountant1", "patients/"+id("pat1")+"/statement").OK(t).Int("closing_minor")
	issue(h, bill)
	shown := h.As("patient1").View("bills", bill, "expand=bill_items_via_bill").OK(t)
	var net, discount, tax, total int64
	lines := shown.JSON["expand"].(map[string]any)["bill_items_via_bill"].([]any)
	for _, l := range lines {
		n := func(field string) int64 { return int64(l.(map[string]any)[field].(float64)) }
		net += n("quantity") * n("unit_minor")
		discount += n("discount_minor")
		tax += n("tax_minor")
		total += n("total_minor")
	}
	if want, err := money.Amount(net).Portion(333); err != nil || int64(want) != discount {
		t.Errorf("the line discounts add up to %d, want 3.33 %% of %d = %d", discount, net, want)
	}
	if len(lines) != 1000 || shown.Int("subtotal_minor") != net || shown.Int("discount_minor") != discount ||
		shown.Int("tax_minor") != tax || shown.Int("total_minor") != total || total != net-discount+tax {
		t.Errorf("%d lines add up to %d - %d + %d = %d, the bill has %d", len(lines), net, discount, tax, total,
			shown.Int("total_minor"))
	}
	if after := get(h, "accountant1",
		"patients/"+id("pat1")+"/statement").OK(t).Int("closing_minor"); after-before != total {
		t.Errorf("the statement grew by %d, want the total %d", after-before, total)
	}
	h.Verify()
}

func TestAmountsFollowTheCurrency(t *testing.T) {
	t.Parallel()
	for currency, c := range map[string]struct {
		exponent int
		open     string
	}{"JPY": {0, "JPY 5350"}, "USD": {2, "USD 53.50"}, "KWD": {3, "KWD 5.350"}} {
		t.Run(currency, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			h.SettleBills()
			h.As("admin1").Update("hospital", "hospitalsetting",
				body{"currency": currency, "currency_exponent": c.exponent}).OK(t)
			bill := complete(h)
			answer := h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 9_999})
			if !strings.Contains(string(answer.Raw), c.open) {
				t.Errorf("the refusal does not name the open amount: %s", answer.Raw)
			}
			paid := h.As("patient1").Create("payments",
				body{"bill": bill, "method": "card", "amount_minor": 5_350}).OK(t)
			if paid.String("currency") != currency {
				t.Errorf("payment: %s", paid.Raw)
			}
			// the statement leaves out bills in the previous currency
			tomorrow := h.Record("bills", bill).GetDateTime("issued_at").Time().AddDate(0, 0, 1).Format(time.DateOnly)
			s := get(h, "patient1", "patients/"+id("pat1")+"/statement?to="+tomorrow).OK(t)
			if s.Int("closing_minor") != 5_350 || s.Int("currency_exponent") != int64(c.exponent) {
				t.Errorf("statement: %s", s.Raw)
			}
			h.Verify()
		})
	}
}
