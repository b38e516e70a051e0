package billing_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// paidBill is a bill of 53.50 and its verified payment.
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
	asked := h.As("accountant1").Create("payments",
		body{"refund_of": payment, "bill": bill, "method": "card", "amount_minor": 350, "note": "the tax"}).OK(t)
	if asked.String("kind") != "refund" || asked.String("bill") != bill || asked.String("method") != "card" ||
		asked.String("status") != "pending" || asked.String("currency") != "EUR" {
		t.Errorf("the refund: %s", asked.Raw)
	}
	stands(t, h, bill, "paid", 0)
	refused(t, "approving one's own",
		h.As("accountant1").Update("payments", asked.ID(), body{"status": "verified"}),
		http.StatusForbidden, "status", "own_request")
	for _, who := range []string{"patient1", "doctor1", "nurse1", "receptionist1"} {
		if answer := h.As(who).Update("payments", asked.ID(), body{"status": "verified"}); answer.Status < 400 {
			t.Errorf("%s approved a refund", who)
		}
		if answer := h.As(who).Create("payments",
			body{"refund_of": payment, "bill": bill, "method": "card", "amount_minor": 1,
				"note": "mine"}); answer.Status < 400 {
			t.Errorf("%s asked for a refund", who)
		}
	}
	given := h.As("accountant2").Update("payments", asked.ID(), body{"status": "verified"}).OK(t)
	if !strings.HasPrefix(given.String("receipt"), "REF-") {
		t.Errorf("the voucher is %q", given.String("receipt"))
	}
	stands(t, h, bill, "partially_paid", 350)
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
	if done := atOnce(10, func() hospitaltest.Response { return refund(payment, 5_350) }); done != 1 {
		t.Errorf("%d refunds of the whole", done)
	}
	refused(t, "one cent more", refund(payment, 1), http.StatusConflict, "amount_minor", "exceeds_balance")
	first := h.As("accountant1").List("payments", hospitaltest.Filter(`kind = "refund"`)).IDs()[0]
	refused(t, "a refund of a refund", refund(first, 1), http.StatusConflict, "refund_of", "invalid_transition")
	h.As("accountant1").Update("payments", first, body{"status": "rejected"}).OK(t)
	refund(payment, 5_350).OK(t)
	pending := h.As("patient1").Create("payments", body{"bill": bill, "method": "cash", "amount_minor": 1})
	refused(t, "paying what is paid", pending, http.StatusConflict, "amount_minor", "exceeds_balance")
	more := sale(h, 0, 500)
	issue(h, more)
	pending = h.As("patient1").Create("payments", body{"bill": more, "method": "cash", "amount_minor": 1}).OK(t)
	refused(t, "a refund of what nobody verified",
		h.As("accountant1").Create("payments",
			body{"refund_of": pending.ID(), "bill": more, "method": "cash", "amount_minor": 1, "note": "back"}),
		http.StatusConflict, "refund_of", "invalid_transition")
	refused(t, "a refund of nothing", refund(id("nothing"), 1), http.StatusBadRequest, "refund_of", "not_found")
	refused(t, "a refund from another bill",
		h.As("accountant1").Create("payments",
			body{"refund_of": payment, "bill": billOf(h, "2"), "method": "cash", "amount_minor": 1, "note": "x"}),
		http.StatusBadRequest, "refund_of", "not_found")
	refused(t, "a refund without a reason",
		h.As("accountant1").Create("payments",
			body{"refund_of": payment, "bill": bill, "method": "cash", "amount_minor": 1}),
		http.StatusBadRequest, "note", "required")
	refused(t, "a refund of no payment",
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
