package billing_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// allowCredits lets one person create any credit note.
func allowCredits(h *hospitaltest.Hospital) {
	h.T.Helper()
	h.As("admin1").Update("hospital", "hospitalsetting", body{"discount_limit_bp": 10_000}).OK(h.T)
}

func TestACreditNoteAboveTheLimitNeedsAnotherAdmin(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 0, 10_000)
	issue(h, bill)
	note := func(who string, amount int) hospitaltest.Response {
		return h.As(who).Create("bills",
			body{"kind": "credit_note", "original": bill, "total_minor": amount, "reason": "a mistake"})
	}
	credit := func(who string, amount int) hospitaltest.Response {
		return h.As(who).Create("discounts",
			body{"bill": bill, "credit": true, "amount_minor": amount, "reason": "a mistake"})
	}
	for _, who := range []string{"accountant1", "admin1"} {
		for _, amount := range []int{0, 1_001, 10_000} { // 0 is all that is left; the limit is 10 %
			expectRefused(t, "a credit note above the limit", note(who, amount), http.StatusConflict, "total_minor",
				"needs_approval")
		}
	}
	note("accountant1", 600).OK(t)
	expectRefused(t, "a second one, with which the sum is above the limit", note("accountant1", 401),
		http.StatusConflict, "total_minor", "needs_approval")
	if small := credit("accountant1", 400).OK(t); small.String("status") != "approved" {
		t.Errorf("a credit within the limit: %s", small.Raw)
	}
	expectBill(t, h, bill, "unpaid", 9_000)

	large := credit("admin1", 9_000).OK(t)
	if large.String("status") != "pending" || large.String("credit_note") != "" {
		t.Errorf("a credit above the limit: %s", large.Raw)
	}
	expectBill(t, h, bill, "unpaid", 9_000)
	expectRefused(t, "a second credit that waits", credit("accountant1", 1), http.StatusConflict, "bill", "discounted")
	approve := func(who string) hospitaltest.Response {
		return h.As(who).Update("discounts", large.ID(), body{"status": "approved"})
	}
	expectRefused(t, "approving the own request", approve("admin1"), http.StatusForbidden, "status", "own_request")
	expectRefused(t, "approving as an accountant", approve("accountant1"), http.StatusForbidden, "status", "not_allowed")
	done := concurrently(4, func() hospitaltest.Response { return approve("admin2") })
	if done == 0 {
		t.Error("another admin could not approve it")
	}
	given := h.Record("discounts", large.ID())
	created := h.Record("bills", given.GetString("credit_note"))
	if created.GetInt("total_minor") != 9_000 || created.GetString("reason") != "a mistake" {
		t.Errorf("the credit note: %v", created.PublicExport())
	}
	expectBill(t, h, bill, "refunded", 0)
	expectRefused(t, "crediting more than is left", credit("accountant1", 1), http.StatusConflict, "amount_minor",
		"exceeds_balance")
	h.Verify()
}

func TestACreditIsAnAmountOfAnIssuedBill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 0, 10_000)
	credit := func(more body) hospitaltest.Response {
		sent := body{"bill": bill, "credit": true, "reason": "a mistake"}
		for name, value := range more {
			sent[name] = value
		}
		return h.As("accountant1").Create("discounts", sent)
	}
	expectRefused(t, "of a draft", credit(body{"amount_minor": 1}), http.StatusConflict, "bill", "not_issued")
	issue(h, bill)
	expectRefused(t, "as a percentage", credit(body{"bp": 100}), http.StatusBadRequest, "bp", "one_at_a_time")
	expectRefused(t, "of nothing", credit(body{}), http.StatusBadRequest, "amount_minor", "comes_to_nothing")
	expectRefused(t, "above the total", credit(body{"amount_minor": 10_001}), http.StatusConflict, "amount_minor",
		"exceeds_balance")
	waiting := credit(body{"amount_minor": 10_000}).OK(t)
	h.As("accountant1").Create("discounts", body{"bill": bill, "bp": 1_000, "reason": "regular"}).OK(t)
	expectRefused(t, "approving more than is left by then",
		h.As("admin2").Update("discounts", waiting.ID(), body{"status": "approved"}), http.StatusConflict, "amount_minor",
		"exceeds_balance")
	h.As("accountant2").Update("discounts", waiting.ID(), body{"status": "rejected"}).OK(t)
	expectBill(t, h, bill, "unpaid", 9_000)
	h.Verify()
}

func TestCashIsVerifiedByAnotherPerson(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 0, 100_000)
	issue(h, bill)
	record := func(method string) hospitaltest.Response {
		return h.As("accountant1").Create("payments", body{"bill": bill, "method": method, "amount_minor": 100}).OK(t)
	}
	verify := func(who string, p hospitaltest.Response) hospitaltest.Response {
		return h.As(who).Update("payments", p.ID(), body{"status": "verified"})
	}
	first, second := record("cash"), record("cash")
	expectRefused(t, "verifying the own cash", verify("accountant1", first), http.StatusForbidden, "status", "own_payment")
	verify("accountant2", first).OK(t)
	verify("accountant1", record("card")).OK(t)
	closed := func() hospitaltest.Response { return get(h, "accountant1", "reports/day-close").OK(t) }
	if listed := closed().JSON["self_verified"].([]any); len(listed) != 0 {
		t.Errorf("verified by oneself: %v", listed)
	}

	h.As("admin1").Update("hospital", "hospitalsetting", body{"single_cashier": true}).OK(t)
	own := verify("accountant1", second).OK(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"single_cashier": false}).OK(t)
	listed := closed().JSON["self_verified"].([]any)
	if len(listed) != 1 {
		t.Fatalf("verified by oneself: %v", listed)
	}
	if p := listed[0].(map[string]any); p["receipt"] != own.String("receipt") || p["cashier"] != id("accountant1") ||
		p["amount_minor"] != 100.0 || p["name"] != "accountant1" || p["number"] != own.String("number") {
		t.Errorf("verified by oneself: %v", p)
	}
	file := string(get(h, "accountant1", "reports/day-close?format=csv").OK(t).Raw)
	if !strings.Contains(file, ",EUR,"+own.String("receipt")+"\r\n") || !strings.Contains(file, ",self_verified\r\n") {
		t.Errorf("CSV: %s", file)
	}
	if mine := get(h, "receptionist1", "reports/day-close").OK(t).JSON["self_verified"].([]any); len(mine) != 0 {
		t.Errorf("a receptionist reads %v", mine)
	}
	expectRefused(t, "verifying the own cash with two cashiers", verify("accountant1", record("cash")),
		http.StatusForbidden, "status", "own_payment")
	h.Verify()
}
