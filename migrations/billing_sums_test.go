package migrations_test

import (
	"bytes"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// TestStoredBillsAreSummed makes the database look as it was before there were sums, and migrates again.
func TestStoredBillsAreSummed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.SettleBills()
	statistics := func() []byte {
		return h.As("accountant1").Do("GET", "/api/hospital/reports/billing?from=2020-01-01&to=2020-12-31", nil).OK(t).Raw
	}
	for _, sql := range []string{ // a bill that is void, and one that is owed to the patient
		"DROP TRIGGER bills_frozen",
		`UPDATE bills SET issued_at = '2020-02-03 23:59:59.999Z', voided_at = '2020-02-04 00:00:00.000Z'
			WHERE id IN (SELECT id FROM bills WHERE issued_at != '' LIMIT 1)`,
		"UPDATE bills SET balance_minor = -5, due_on = '2020-03-01' WHERE id IN (SELECT id FROM bills LIMIT 1)",
		"UPDATE payments SET note = 'as it was'",
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	want := statistics()
	for _, sql := range []string{
		"DROP TRIGGER billing_sums_no_delete", "DROP TRIGGER open_balances_no_delete",
		"DELETE FROM billing_sums WHERE entry != 'invoice'", "UPDATE billing_sums SET total_minor = 1, entries = 77",
		"DELETE FROM open_balances",
		"INSERT INTO open_balances (id, currency, due_on, bills, owed_minor) VALUES ('a', 'EUR', '1999-01-01', 1, 1)",
		"DELETE FROM _migrations WHERE file = '1790500000_billing_sums.go'",
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if bytes.Equal(statistics(), want) {
		t.Fatal("the statistics are the same without the sums: the test proves nothing")
	}
	if err := kit.CatalogOf(modules.All).Apply(h.App); err != nil {
		t.Fatal(err)
	}
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if got := statistics(); !bytes.Equal(got, want) {
		t.Errorf("the statistics are\n%s\nand were\n%s", got, want)
	}
}
