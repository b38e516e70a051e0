package billing_test

import (
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules/billing"
)

// TestSumsFollowEveryChange: also changes by SQL that no rule allows, with the triggers dropped that refuse them.
func TestSumsFollowEveryChange(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.SettleBills()
	bill := complete(h)
	broken := func(after string) {
		t.Helper()
		if found := h.Violations(billing.Module); strings.Contains(found, "that the statistics read") {
			t.Errorf("after %s:\n%s", after, found)
		}
	}
	broken("the work of the hospital")
	for _, trigger := range []string{"bills_frozen", "bills_final", "payments_frozen", "payments_final"} {
		execute(h, "DROP TRIGGER "+trigger)
	}
	of := " WHERE id = '" + bill + "'"
	for _, sql := range []string{
		"UPDATE bills SET issued_at = strftime('%Y-%m-%d %H:%M:%fZ', issued_at, '-20 minutes')" + of,
		"UPDATE bills SET tax_minor = tax_minor + 7, total_minor = total_minor + 7" + of,
		"UPDATE bills SET voided_at = '2031-02-03 04:59:59.999Z'" + of,
		"UPDATE bills SET voided_at = ''" + of,
		"UPDATE bills SET kind = 'credit_note'" + of,
		"UPDATE bills SET due_on = ''" + of,
		"UPDATE bills SET balance_minor = -balance_minor" + of,
		"UPDATE bills SET currency = 'USD'" + of,
		"UPDATE bills SET issued_at = '', balance_minor = 0" + of,
		"UPDATE payments SET method = 'cheque', amount_minor = 3 WHERE status = 'verified'",
		"UPDATE payments SET kind = 'refund', decided_at = '2031-02-03 04:05:06.000Z' WHERE status = 'verified'",
		"UPDATE payments SET status = 'rejected' WHERE status = 'verified'",
		"UPDATE payments SET status = 'verified'",
		"UPDATE payments SET note = note || '.'; UPDATE bills SET reason = 'x'",
	} {
		if execute(h, sql) == 0 {
			t.Errorf("nothing changed by %s", sql)
		}
		broken(sql)
	}
}

// TestNobodyWritesTheSums: superusers neither, who read them.
func TestNobodyWritesTheSums(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	for collection, change := range map[string]body{
		"billing_sums":  {"total_minor": 1},
		"open_balances": {"owed_minor": 1},
	} {
		stored := operator.List(collection, "").OK(t).IDs()
		if len(stored) == 0 {
			t.Errorf("%s has no rows", collection)
			continue
		}
		if answer := h.As("admin1").List(collection, ""); answer.Status != 403 {
			t.Errorf("an admin lists %s: %d", collection, answer.Status)
		}
		for what, answer := range map[string]hospitaltest.Response{
			"creates": operator.Create(collection, change),
			"changes": operator.Update(collection, stored[0], change),
			"deletes": operator.Do("DELETE", "/api/collections/"+collection+"/records/"+stored[0], nil),
		} {
			if answer.Status < 400 || answer.Status > 499 {
				t.Errorf("a superuser %s a record of %s: %d %s", what, collection, answer.Status, answer.Raw)
			}
		}
	}
	h.Verify()
}
