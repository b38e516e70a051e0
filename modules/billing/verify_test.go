package billing_test

import (
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/verify"
	"hospital/modules"
	"hospital/modules/billing"
)

// TestVerifyNamesWhatIsWrongInTheBooks breaks each law from the SQL console, past
// the triggers, and expects verify to name it.
func TestVerifyNamesWhatIsWrongInTheBooks(t *testing.T) {
	t.Parallel()
	const visit = `(SELECT id FROM bills WHERE appointment = 'done10000000000')`
	tried := map[string]bool{}
	for law, sql := range map[string]string{
		"Every completed appointment":            `UPDATE bills SET appointment = '' WHERE id = ` + visit,
		"A line comes to":                        `UPDATE bill_items SET tax_minor = tax_minor + 1, total_minor = total_minor + 1 WHERE bill = ` + visit,
		"A bill's amounts":                       `UPDATE bills SET subtotal_minor = subtotal_minor + 1, total_minor = total_minor + 1 WHERE id = ` + visit,
		"What is paid equals":                    `UPDATE bills SET paid_minor = 1, balance_minor = balance_minor - 1, status = 'partially_paid' WHERE id = ` + visit,
		"Nobody has paid more":                   `UPDATE bills SET paid_minor = total_minor + 1 WHERE id = ` + visit,
		"A bill's status":                        `UPDATE bills SET status = 'paid' WHERE id = ` + visit,
		"Nothing was paid on a bill that":        `UPDATE payments SET bill = 'draft1000000000' WHERE id = 'paid10000000000'`,
		"A payment and its bill":                 `UPDATE payments SET currency = 'USD' WHERE id = 'paid10000000000'`,
		"No more goes back":                      `UPDATE payments SET kind = 'refund', refund_of = 'paid20000000000' WHERE id = 'paid10000000000'`,
		"Nobody approved":                        `UPDATE payments SET kind = 'refund', status = 'verified', decided_by = recorded_by WHERE id = 'paid10000000000'`,
		"No more is credited of a line":          `UPDATE bill_items SET credits = 'crutches1000000', total_minor = 1000000 WHERE bill = ` + visit,
		"A payment has a receipt":                `UPDATE payments SET receipt = 'RCP-2030-000001' WHERE id = 'paid10000000000'`,
		"Bill numbers are unique and without":    `UPDATE bills SET number = substr(number, 1, 9) || '000009' WHERE id = ` + visit,
		"Payment numbers are unique and without": `UPDATE counters SET value = value + 1 WHERE series LIKE 'PAY-%'`,
		"Receipt numbers are unique and without": `UPDATE payments SET receipt = 'RCP-2030-000002' WHERE id = 'paid10000000000'`,
	} {
		tried[law] = true
		t.Run(law, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			var triggers []string
			if err := h.App.DB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'trigger'").Column(&triggers); err != nil {
				t.Fatal(err)
			}
			for _, trigger := range triggers {
				if _, err := h.App.NonconcurrentDB().NewQuery("DROP TRIGGER " + trigger).Execute(); err != nil {
					t.Fatal(err)
				}
			}
			if changed, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
				t.Fatal(err)
			} else if n, _ := changed.RowsAffected(); n != 1 {
				t.Fatalf("%d rows were broken", n)
			}
			var report strings.Builder
			if err := verify.Run(h.App, modules.All, &report); err == nil || !strings.Contains(report.String(), "BROKEN  "+law) {
				t.Errorf("%v\n%s", err, report.String())
			}
		})
	}
	for _, invariant := range billing.Module.Invariants {
		found := false
		for law := range tried {
			found = found || strings.HasPrefix(invariant.Description, law)
		}
		if !found {
			t.Errorf("nobody tried to break: %s", invariant.Description)
		}
	}
}
