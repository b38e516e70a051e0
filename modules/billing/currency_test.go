package billing_test

import (
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestTheCurrencyChangesOnlyWhenNothingIsOpen(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	change := func() hospitaltest.Response {
		return h.As("admin1").Update("hospital", "hospitalsetting", body{"currency": "KWD"})
	}
	refused := func(what string) {
		t.Helper()
		expectRefused(t, what, change(), http.StatusConflict, "currency", "open_balances")
	}
	refused("with open bills")
	h.As("admin1").Update("hospital", "hospitalsetting", body{"currency": "EUR", "name": "Renamed"}).OK(t)
	if answer := h.Operator().Update("hospital", "hospitalsetting", body{"currency": "KWD"}); answer.Status != http.StatusConflict {
		t.Errorf("a superuser changes it: %d %s", answer.Status, answer.Raw)
	}
	h.SettleBills()
	draft := sale(h, 0, 500)
	refused("with a draft")
	issue(h, draft)
	refused("with an unpaid bill")
	paid := h.As("receptionist1").Create("payments", body{"bill": draft, "method": "card", "amount_minor": 500}).OK(t)
	h.As("accountant1").Update("payments", paid.ID(), body{"status": "verified"}).OK(t)
	refund := h.As("accountant1").Create("payments", body{"refund_of": paid.ID(), "bill": draft, "method": "card",
		"amount_minor": 500, "note": "back"}).OK(t)
	refused("with a refund that waits")
	h.As("accountant2").Update("payments", refund.ID(), body{"status": "rejected"}).OK(t)
	if currency := h.Record("hospital", "hospitalsetting").GetString("currency"); currency != "EUR" {
		t.Errorf("a refused change made the currency %s", currency)
	}
	change().OK(t)
	h.Verify()
}
