package hospitaltest

// SettleBills verifies all payments that wait, pays what is open, and voids all drafts, so that no
// bill has an open balance.
func (h *Hospital) SettleBills() {
	h.T.Helper()
	desk, accountant := h.As("receptionist1"), h.As("accountant1")
	for _, payment := range accountant.List("payments", Filter(`status = "pending"`)).OK(h.T).IDs() {
		accountant.Update("payments", payment, Body{"status": "verified"}).OK(h.T)
	}
	for _, bill := range accountant.List("bills", Filter("balance_minor > 0")).OK(h.T).Items() {
		paid := desk.Create("payments",
			Body{"bill": bill["id"], "method": "card", "amount_minor": bill["balance_minor"]}).OK(h.T)
		accountant.Update("payments", paid.ID(), Body{"status": "verified"}).OK(h.T)
	}
	for _, draft := range accountant.List("bills", Filter(`status = "draft"`)).OK(h.T).IDs() {
		accountant.Update("bills", draft, Body{"status": "void", "reason": "not needed"}).OK(h.T)
	}
}
