package billing_test

import (
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

// TestMain keeps the property test short unless somebody asks for more.
func TestMain(m *testing.M) {
	flag.Parse()
	if !slices.ContainsFunc(os.Args, func(arg string) bool { return strings.Contains(arg, "rapid.checks") }) {
		_ = flag.Set("rapid.checks", "8") // it is registered
	}
	m.Run()
}

type body = hospitaltest.Body

var id = hospitaltest.ID

// complete makes the bill of booked1: 50.00 and 7 % tax.
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

func TestACompletedVisitHasItsBill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := h.As("patient1").View("bills", complete(h), "expand=bill_items_via_bill").OK(t)
	if bill.Int("subtotal_minor") != 5000 || bill.Int("tax_minor") != 350 || bill.Int("total_minor") != 5350 ||
		bill.Int("balance_minor") != 5350 || bill.String("status") != "unpaid" || bill.String("currency") != "EUR" {
		t.Errorf("the bill: %s", bill.Raw)
	}
	if lines := bill.JSON["expand"].(map[string]any)["bill_items_via_bill"].([]any); len(lines) != 1 ||
		lines[0].(map[string]any)["description"] != "Consultation" {
		t.Errorf("its lines: %v", lines)
	}
	h.Verify()
}

func TestALaterPriceChangesNoBill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	h.As("accountant1").Update("services", id("consult"), body{"price_minor": 9900}).OK(t)
	if got := h.Record("bills", bill).GetInt("total_minor"); got != 5350 {
		t.Errorf("the bill is now %d", got)
	}
	h.Verify()
}

func TestAFreeVisitIsPaidAtOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("services", id("consult"), body{"price_minor": 0}).OK(t)
	if got := h.Record("bills", complete(h)).GetString("status"); got != "paid" {
		t.Errorf("a bill of nothing is %s", got)
	}
	h.Verify()
}

func TestWithoutABillThereIsNoCompletion(t *testing.T) {
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
		t.Error("the refused completion left something behind")
	}
	h.Verify()
}

func TestPaymentsAreVerifiedOnceAndTheBillFollows(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	part := h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 2000}).OK(t)
	if part.String("status") != "pending" || part.String("patient") != id("pat1") ||
		part.String("recorded_by") != id("patient1") {
		t.Errorf("the declared payment: %s", part.Raw)
	}
	if got := h.Record("bills", bill); got.GetString("status") != "unpaid" {
		t.Errorf("a payment that nobody verified made the bill %s", got.GetString("status"))
	}
	for _, role := range []string{"patient1", "doctor1", "nurse1", "receptionist1"} {
		if answer := h.As(role).Update("payments", part.ID(), body{"status": "verified"}); answer.Status < 400 {
			t.Errorf("%s verified a payment", role)
		}
	}
	h.As("accountant1").Update("payments", part.ID(), body{"status": "verified"}).OK(t)
	if got := h.Record("bills", bill); got.GetString("status") != "partially_paid" ||
		got.GetInt("balance_minor") != 3350 {
		t.Errorf("after a part the bill is %s with %d open", got.GetString("status"), got.GetInt("balance_minor"))
	}
	for _, again := range []string{"pending", "rejected"} {
		if answer := h.As("accountant1").Update("payments", part.ID(),
			body{"status": again}); answer.Status != http.StatusConflict ||
			answer.Code("status") != "invalid_transition" {
			t.Errorf("a verified payment made %s answered %d %s", again, answer.Status, answer.Raw)
		}
	}
	rejected := h.As("receptionist1").Create("payments",
		body{"bill": bill, "method": "cash", "amount_minor": 3350}).OK(t)
	h.As("accountant1").Update("payments", rejected.ID(), body{"status": "rejected", "note": "bounced"}).OK(t)
	rest := h.As("receptionist1").Create("payments", body{"bill": bill, "method": "cash", "amount_minor": 3350}).OK(t)
	h.As("admin1").Update("payments", rest.ID(), body{"status": "verified"}).OK(t)
	if got := h.Record("bills", bill); got.GetString("status") != "paid" || got.GetInt("balance_minor") != 0 {
		t.Errorf("paid in full the bill is %s with %d open", got.GetString("status"), got.GetInt("balance_minor"))
	}
	h.Verify()
}

func TestNobodyPaysMoreThanIsOpen(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	var accepted, refused atomic.Int32
	var all sync.WaitGroup
	payer := h.As("patient1")
	for range 10 {
		all.Go(func() {
			switch answer := payer.Create("payments", body{"bill": bill, "method": "card", "amount_minor": 5350}); {
			case answer.Status == http.StatusOK:
				accepted.Add(1)
			case answer.Status == http.StatusConflict && answer.Code("amount_minor") == "exceeds_balance":
				refused.Add(1)
			default:
				t.Errorf("a payment answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if accepted.Load() != 1 || refused.Load() != 9 {
		t.Errorf("of ten payments of the whole, %d were accepted", accepted.Load())
	}
	if answer := payer.Create("payments",
		body{"bill": bill, "method": "card", "amount_minor": 1}); answer.Code("amount_minor") != "exceeds_balance" {
		t.Errorf("one more cent answered %s", answer.Raw)
	}
	h.Verify()
}

func TestARetriedPaymentIsOnePayment(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill, before := complete(h), h.Count("payments")
	same := body{"id": id("mypayment"), "bill": bill, "method": "card", "amount_minor": 100}
	h.As("patient1").Create("payments", same).OK(t)
	if answer := h.As("patient1").Create("payments", same); answer.Status != http.StatusBadRequest ||
		answer.Code("id") != "validation_not_unique" {
		t.Errorf("the retry answered %d %s", answer.Status, answer.Raw)
	}
	if h.Count("payments") != before+1 {
		t.Error("the retry made a second payment")
	}
	h.Verify()
}

// TestARetryThatComesAtOnceIsToldSo: it passed the guard of requests while the first
// was still being written, and the law tells it that it is made, not that too
// little is open.
func TestARetryThatComesAtOnceIsToldSo(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	same := body{"id": id("mypayment"), "bill": complete(h), "method": "transfer", "amount_minor": 5_350,
		"reference": "once"}
	h.As("patient1").Create("payments", same).OK(t)
	again, err := kit.New(h.App, "payments")
	if err != nil {
		t.Fatal(err)
	}
	again.Load(same)
	var refused *router.ApiError
	if err := h.App.Save(again); !errors.As(err, &refused) ||
		!strings.Contains(refused.Message, "There is a record with this id already.") {
		t.Errorf("the retry was answered %v", err)
	}
}

func TestAmountsThatAreNone(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill, before := complete(h), h.Count("payments")
	for _, amount := range []string{"0", "-1", "1e20", "0.5", `"10,00"`, `"100"`, "null", "true", "[1]",
		`{"a":1}`, "9007199254740993"} {
		raw, err := json.Marshal(body{"bill": bill, "method": "card", "amount_minor": json.RawMessage(amount)})
		if err != nil {
			t.Fatal(err)
		}
		answer := h.As("patient1").Do(http.MethodPost, "/api/collections/payments/records", raw)
		if answer.Status != http.StatusBadRequest || answer.Code("amount_minor") == "" ||
			len(answer.JSON["data"].(map[string]any)) != 1 {
			t.Errorf("an amount of %s answered %d %s", amount, answer.Status, answer.Raw)
		}
	}
	if answer := h.As("patient1").Do(http.MethodPost, "/api/collections/payments/records",
		[]byte(`{"bill":"`+bill+`","amount_minor":NaN}`)); answer.Status != http.StatusBadRequest {
		t.Errorf("NaN answered %d", answer.Status)
	}
	if h.Count("payments") != before {
		t.Error("a payment was made")
	}
}

func TestWhatIsIssuedNeverChanges(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	for _, sql := range []string{
		`UPDATE bills SET total_minor = 1 WHERE id = '` + bill +
			`'`, `UPDATE bills SET number = 'X' WHERE id = '` + bill + `'`, `DELETE FROM bills`,
		`UPDATE bills SET status = 'draft' WHERE id = '` + bill +
			`'`, `UPDATE bill_items SET total_minor = 1 WHERE bill = '` + bill +
			`'`, `DELETE FROM bill_items`, `UPDATE payments SET amount_minor = 1`, `DELETE FROM payments`, `UPDATE discounts SET bp = 1`, `DELETE FROM discounts`, `DELETE FROM charges`,
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("the database took %s", sql)
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
		t.Error("the operator paid a bill by hand")
	}
	h.Verify()
}
