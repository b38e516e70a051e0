package billing_test

import (
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/verify"
	"hospital/modules"
	"hospital/modules/billing"
)

// TestVerifyReportsEveryBrokenInvariant breaks each invariant from the SQL console, with
// the triggers dropped, and expects verify to report it. The keys are the beginnings of
// the invariants' descriptions.
func TestVerifyReportsEveryBrokenInvariant(t *testing.T) {
	t.Parallel()
	const (
		ofVisit = ` WHERE bill = (SELECT id FROM bills WHERE appointment = 'done10000000000')`
		visit   = ` WHERE appointment = 'done10000000000'`
		paid    = ` WHERE id = 'paid10000000000'`
	)
	breaks := map[string]string{
		"Every completed appointment": `UPDATE bills SET appointment = ''` + visit,
		"A line's total": `UPDATE bill_items SET tax_minor = tax_minor + 1,
			total_minor = total_minor + 1` + ofVisit,
		"A bill's amounts": `UPDATE bills SET subtotal_minor = subtotal_minor + 1,
			total_minor = total_minor + 1` + visit,
		"The paid amount": `UPDATE bills SET paid_minor = 1, balance_minor = balance_minor - 1,
			status = 'partially_paid'` + visit,
		"No bill is paid or credited": `UPDATE bills SET paid_minor = total_minor + 1` + visit,
		"A bill's status":             `UPDATE bills SET status = 'paid'` + visit,
		"A draft, a void bill":        `UPDATE payments SET bill = 'draft1000000000'` + paid,
		"A payment has the patient":   `UPDATE payments SET currency = 'USD'` + paid,
		"A payment is not refunded": `UPDATE payments SET kind = 'refund',
			refund_of = 'paid20000000000'` + paid,
		"A refund is approved": `UPDATE payments SET kind = 'refund', status = 'verified',
			decided_by = recorded_by` + paid,
		"A line is not credited": `UPDATE bill_items SET credits = 'crutches1000000',
			total_minor = 1000000` + ofVisit,
		"No two verified payments": `UPDATE payments SET status = 'verified', reference = 'same'
			WHERE id IN ('paid10000000000', 'paid20000000000')`,
		"A payment has a receipt": `UPDATE payments SET receipt = 'RCP-2030-000001'` + paid,
		"The sums that the statistics": `UPDATE billing_sums SET total_minor = total_minor + 1
			WHERE id = (SELECT MIN(id) FROM billing_sums)`,
		"The open balances that the": `UPDATE open_balances SET owed_minor = owed_minor + 1
			WHERE id = (SELECT MIN(id) FROM open_balances)`,
		"Bill numbers are unique and without": `UPDATE bills
			SET number = substr(number, 1, 9) || '000009'` + visit,
		"Payment numbers are unique and without": `UPDATE counters SET value = value + 1
			WHERE series LIKE 'PAY-%'`,
		"Receipt numbers are unique and without": `UPDATE payments SET receipt = 'RCP-2030-000002'` + paid,
	}
	for invariant, sql := range breaks {
		t.Run(invariant, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			var triggers []string
			err := h.App.DB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'trigger'").Column(&triggers)
			if err != nil {
				t.Fatal(err)
			}
			for _, trigger := range triggers {
				execute(h, "DROP TRIGGER "+trigger)
			}
			if rows := execute(h, sql); rows == 0 || rows > 2 {
				t.Fatalf("the statement changed %d rows, want 1 or 2", rows)
			}
			var report strings.Builder
			err = verify.Run(h.App, modules.All, &report)
			if err == nil || !strings.Contains(report.String(), "BROKEN  "+invariant) {
				t.Errorf("%v\n%s", err, report.String())
			}
		})
	}
	for _, invariant := range billing.Module.Invariants {
		found := false
		for start := range breaks {
			found = found || strings.HasPrefix(invariant.Description, start)
		}
		if !found {
			t.Errorf("no case breaks the invariant %q", invariant.Description)
		}
	}
}

// execute runs a statement and returns how many rows it changed.
func execute(h *hospitaltest.Hospital, sql string) int64 {
	h.T.Helper()
	result, err := h.App.NonconcurrentDB().NewQuery(sql).Execute()
	if err != nil {
		h.T.Fatal(err)
	}
	rows, err := result.RowsAffected()
	if err != nil {
		h.T.Fatal(err)
	}
	return rows
}
