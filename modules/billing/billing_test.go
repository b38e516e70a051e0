package billing_test

import (
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// TestMain limits the property test to 8 runs unless -rapid.checks is set.
func TestMain(m *testing.M) {
	flag.Parse()
	if !slices.ContainsFunc(os.Args, func(arg string) bool { return strings.Contains(arg, "rapid.checks") }) {
		_ = flag.Set("rapid.checks", "8") // it is registered
	}
	m.Run()
}

type body = hospitaltest.Body

var id = hospitaltest.ID

// complete completes booked1 and returns its bill: 50.00 plus 7 % tax.
func complete(h *hospitaltest.Hospital) (bill string) {
	h.T.Helper()
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	h.As("doctor1").Update("appointments", id("booked1"), body{"status": "completed"}).OK(h.T)
	r, err := h.App.FindFirstRecordByData("bills", "appointment", id("booked1"))
	if err != nil {
		h.T.Fatal(err)
	}
	return r.Id
}

func TestACompletedVisitHasABill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := h.As("patient1").View("bills", complete(h), "expand=bill_items_via_bill").OK(t)
	if bill.Int("subtotal_minor") != 5000 || bill.Int("tax_minor") != 350 || bill.Int("total_minor") != 5350 ||
		bill.Int("balance_minor") != 5350 || bill.String("status") != "unpaid" || bill.String("currency") != "EUR" {
		t.Errorf("bill: %s", bill.Raw)
	}
	if lines := bill.JSON["expand"].(map[string]any)["bill_items_via_bill"].([]any); len(lines) != 1 ||
		lines[0].(map[string]any)["description"] != "Consultation" {
		t.Errorf("lines: %v", lines)
	}
	h.Verify()
}

func TestPriceChangesDoNotAffectIssuedBills(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	h.As("accountant1").Update("services", id("consult"), body{"price_minor": 9900}).OK(t)
	if got := h.Record("bills", bill).GetInt("total_minor"); got != 5350 {
		t.Errorf("the total of the issued bill is now %d", got)
	}
	h.Verify()
}

func TestABillOfZeroIsPaid(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("services", id("consult"), body{"price_minor": 0}).OK(t)
	if got := h.Record("bills", complete(h)).GetString("status"); got != "paid" {
		t.Errorf("a bill of zero is %s, want paid", got)
	}
	h.Verify()
}

func TestAVisitWithoutAPriceIsNotCompleted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("doctors", id("dr1"), body{"consultation": ""}).OK(t)
	bills, events := h.Count("bills"), h.Count("appointment_events")
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	answer := h.As("doctor1").Update("appointments", id("booked1"), body{"status": "completed"})
	if answer.Status != http.StatusConflict || answer.Code("status") != "no_price" {
		t.Errorf("completing without a price answered %d %s", answer.Status, answer.Raw)
	}
	if r := h.Record("appointments", id("booked1")); r.GetString("status") != "approved" ||
		r.GetInt("version") != 1 || h.Count("bills") != bills || h.Count("appointment_events") != events {
		t.Error("the refused completion changed the database")
	}
	h.Verify()
}

func TestIssuedBillsNeverChange(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	for _, sql := range []string{
		`UPDATE bills SET total_minor = 1 WHERE id = '` + bill + `'`,
		`UPDATE bills SET number = 'X' WHERE id = '` + bill + `'`,
		`UPDATE bills SET status = 'draft' WHERE id = '` + bill + `'`,
		`UPDATE bill_items SET total_minor = 1 WHERE bill = '` + bill + `'`,
		`UPDATE payments SET amount_minor = 1`, `UPDATE discounts SET bp = 1`,
		`DELETE FROM bills`, `DELETE FROM bill_items`, `DELETE FROM payments`, `DELETE FROM discounts`,
		`DELETE FROM charges`,
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("the database accepted %s", sql)
		}
	}
	for _, change := range []body{{"status": "paid"}, {"status": "draft"}, {"due_on": "2040-01-01"}} {
		if answer := h.As("accountant1").Update("bills", bill, change); answer.Status != http.StatusConflict ||
			answer.Code("status") != "invalid_transition" {
			t.Errorf("%v answered %d %s", change, answer.Status, answer.Raw)
		}
	}
	if answer := h.Operator().Update("bills", bill,
		body{"status": "paid", "paid_minor": 5350, "balance_minor": 0}); answer.Status < 400 {
		t.Error("the operator set a bill to paid")
	}
	h.Verify()
}
