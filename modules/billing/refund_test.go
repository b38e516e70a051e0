package billing_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// paidBill creates a bill of 53.50 and verifies a payment of it.
func paidBill(h *hospitaltest.Hospital) (bill, payment string) {
	h.T.Helper()
	bill = complete(h)
	payment = h.As("patient1").Create("payments",
		body{"bill": bill, "method": "card", "amount_minor": 5_350}).OK(h.T).ID()
	h.As("accountant1").Update("payments", payment, body{"status": "verified"}).OK(h.T)
	return bill, payment
}

func TestARefundIsApprovedByAnotherPerson(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill, payment := paidBill(h)
	requested := h.As("accountant1").Create("payments",
		body{"refund_of": payment, "bill": bill, "method": "card", "amount_minor": 350, "note": "the tax"}).OK(t)
	if requested.String("kind") != "refund" || requested.String("bill") != bill ||
		requested.String("method") != "card" ||
		requested.String("status") != "pending" || requested.String("currency") != "EUR" {
		t.Errorf("refund: %s", requested.Raw)
	}
	expectBill(t, h, bill, "paid", 0)
	expectRefused(t, "approving the own request",
		h.As("accountant1").Update("payments", requested.ID(), body{"status": "verified"}),
		http.StatusForbidden, "status", "own_request")
	for _, who := range []string{"patient1", "doctor1", "nurse1", "receptionist1"} {
		if answer := h.As(who).Update("payments", requested.ID(), body{"status": "verified"}); answer.Status < 400 {
			t.Errorf("%s approved a refund", who)
		}
		if answer := h.As(who).Create("payments",
			body{"refund_of": payment, "bill": bill, "method": "card", "amount_minor": 1,
				"note": "mine"}); answer.Status < 400 {
			t.Errorf("%s requested a refund", who)
		}
	}
	given := h.As("accountant2").Update("payments", requested.ID(), body{"status": "verified"}).OK(t)
	if !strings.HasPrefix(given.String("receipt"), "REF-") {
		t.Errorf("the receipt of the refund is %q", given.String("receipt"))
	}
	expectBill(t, h, bill, "partially_paid", 350)
	h.Verify()
}

func TestRefundsDoNotExceedThePayment(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill, payment := paidBill(h)
	refund := func(of string, amount int) hospitaltest.Response {
		return h.As("accountant1").Create("payments",
			body{"refund_of": of, "bill": bill, "method": "cash", "amount_minor": amount, "note": "back"})
	}
	if done := concurrently(10, func() hospitaltest.Response { return refund(payment, 5_350) }); done != 1 {
		t.Errorf("%d concurrent refunds of the full amount succeeded, want 1", done)
	}
	expectRefused(t, "a refund of one more cent",
		refund(payment, 1),
		http.StatusConflict, "amount_minor", "exceeds_balance")
	first := h.As("accountant1").List("payments", hospitaltest.Filter(`kind = "refund"`)).IDs()[0]
	expectRefused(t, "a refund of a refund", refund(first, 1), http.StatusConflict, "refund_of", "invalid_transition")
	h.As("accountant1").Update("payments", first, body{"status": "rejected"}).OK(t)
	refund(payment, 5_350).OK(t)
	pending := h.As("patient1").Create("payments", body{"bill": bill, "method": "cash", "amount_minor": 1})
	expectRefused(t, "paying a paid bill", pending, http.StatusConflict, "amount_minor", "exceeds_balance")
	more := sale(h, 0, 500)
	issue(h, more)
	pending = h.As("patient1").Create("payments", body{"bill": more, "method": "cash", "amount_minor": 1}).OK(t)
	expectRefused(t, "a refund of a pending payment",
		h.As("accountant1").Create("payments",
			body{"refund_of": pending.ID(), "bill": more, "method": "cash", "amount_minor": 1, "note": "back"}),
		http.StatusConflict, "refund_of", "invalid_transition")
	expectRefused(t, "a refund of an unknown payment",
		refund(id("nothing"), 1),
		http.StatusBadRequest, "refund_of", "not_found")
	expectRefused(t, "a refund from another bill",
		h.As("accountant1").Create("payments",
			body{"refund_of": payment, "bill": billOf(h, "2"), "method": "cash", "amount_minor": 1, "note": "x"}),
		http.StatusBadRequest, "refund_of", "not_found")
	expectRefused(t, "a refund without a reason",
		h.As("accountant1").Create("payments",
			body{"refund_of": payment, "bill": bill, "method": "cash", "amount_minor": 1}),
		http.StatusBadRequest, "note", "required")
	expectRefused(t, "a refund without a payment",
		h.As("accountant1").Create("payments",
			body{"kind": "refund", "bill": bill, "method": "cash", "amount_minor": 1}),
		http.StatusBadRequest, "refund_of", "not_found")
	for _, amount := range []any{0, -1, 1e20, 0.5, "10,00", nil} {
		if answer := h.As("accountant1").Create("payments",
			body{"refund_of": payment, "bill": bill, "method": "card", "amount_minor": amount,
				"note": "x"}); answer.Status != http.StatusBadRequest || answer.Code("amount_minor") == "" {
			t.Errorf("a refund of %v answered %d %s", amount, answer.Status, answer.Raw)
		}
	}
	h.Verify()
}
