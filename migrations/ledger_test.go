package migrations_test

import (
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// TestBillsFromBeforeCreditNotesAreMigrated makes the bills look as they were before there
// were credit notes and refunds, and migrates again.
func TestBillsFromBeforeCreditNotesAreMigrated(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, payment := range []string{"paid1", "paid2"} {
		h.As("accountant1").Update("payments", hospitaltest.ID(payment), hospitaltest.Body{"status": "verified"}).OK(t)
	}
	first := h.Record("payments", hospitaltest.ID("paid1")).GetString("receipt")
	for _, sql := range []string{
		"DROP TRIGGER bills_frozen", "DROP TRIGGER bill_items_frozen", "DROP TRIGGER payments_frozen",
		"DROP TRIGGER payments_final", "DROP TRIGGER counters_no_delete",
		"UPDATE bills SET kind = '', due_on = '' WHERE issued_at != ''",
		"UPDATE bill_items SET currency = ''",
		"UPDATE payments SET kind = '', currency = '', receipt = ''",
		"DELETE FROM counters WHERE series LIKE 'RCP-%'",
		"UPDATE hospital SET due_days = 0, discount_limit_bp = 0",
		"DELETE FROM _migrations WHERE file = '1790100000_ledger.go'",
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := kit.CatalogOf(modules.All).Apply(h.App); err != nil {
		t.Fatal(err)
	}
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	bill := h.Record("bills", h.Record("payments", hospitaltest.ID("paid1")).GetString("bill"))
	if bill.GetString("kind") != "invoice" || bill.GetString("due_on") == "" {
		t.Errorf("the bill was not migrated: %v", bill)
	}
	if days := h.Record("hospital", "hospitalsetting").GetInt("due_days"); days != 14 {
		t.Errorf("due_days is %d, want 14", days)
	}
	if got := h.Record("payments", hospitaltest.ID("paid1")).GetString("receipt"); got != first {
		t.Errorf("the receipt is %q, want %q, the first", got, first)
	}
	h.Verify()
}
