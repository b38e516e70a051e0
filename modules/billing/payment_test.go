package billing_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

// concurrently runs a request many times in parallel and returns how many succeeded.
func concurrently(times int, do func() hospitaltest.Response) int32 {
	var done atomic.Int32
	var all sync.WaitGroup
	for range times {
		all.Go(func() {
			if do().Status == http.StatusOK {
				done.Add(1)
			}
		})
	}
	all.Wait()
	return done.Load()
}

func TestAReferenceIsUniquePerMethod(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	book := func(method, reference string) hospitaltest.Response {
		return h.As("receptionist1").Create("payments",
			body{"bill": bill, "method": method, "amount_minor": 10, "reference": reference})
	}
	if done := concurrently(10, func() hospitaltest.Response { return book("transfer", "E2E-1") }); done != 1 {
		t.Errorf("%d concurrent payments with one reference succeeded, want 1", done)
	}
	expectRefused(t, "the same reference in lower case",
		book("transfer", " e2e-1 "),
		http.StatusConflict, "reference", "already_booked")
	expectRefused(t, "the same reference on another bill",
		h.As("receptionist2").Create("payments",
			body{"bill": billOf(h, "2"), "method": "transfer", "amount_minor": 10, "reference": "E2E-1"}),
		http.StatusConflict, "reference", "already_booked")
	book("card", "E2E-1").OK(t)
	book("transfer", "").OK(t)
	book("transfer", "").OK(t)
	first := h.As("accountant1").List("payments",
		hospitaltest.Filter(`reference = "E2E-1" && method = "transfer"`)).IDs()[0]
	h.As("accountant1").Update("payments", first, body{"status": "rejected"}).OK(t)
	book("transfer", "E2E-1").OK(t)
	_, err := h.App.NonconcurrentDB().NewQuery(`
		INSERT INTO payments (id, number, kind, bill, patient, method, amount_minor, currency, reference, status)
		SELECT 'fromoutside0000', 'X', kind, bill, patient, method, 1, currency, reference, 'pending'
		FROM payments WHERE reference = 'E2E-1' LIMIT 1`).Execute()
	if err == nil || !strings.Contains(err.Error(), "already_booked") {
		t.Errorf("the database accepted a second payment with the reference: %v", err)
	}
	h.Verify()
}

func TestOnlyVerifiedPaymentsHaveAReceipt(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill, accountant := complete(h), h.As("accountant1")
	var got []string
	for i, decision := range []string{"verified", "rejected", "verified"} {
		p := h.As("receptionist1").Create("payments",
			body{"bill": bill, "method": "cash", "amount_minor": 100 + i}).OK(t)
		got = append(got, accountant.Update("payments", p.ID(), body{"status": decision}).OK(t).String("receipt"))
	}
	if !strings.HasSuffix(got[0], "-000001") || got[1] != "" || !strings.HasSuffix(got[2], "-000002") {
		t.Errorf("receipts: %v", got)
	}
	h.Verify()
}

func billOf(h *hospitaltest.Hospital, owner string) string {
	h.T.Helper()
	r, err := h.App.FindFirstRecordByData("bills", "appointment", id("done"+owner))
	if err != nil {
		h.T.Fatal(err)
	}
	return r.Id
}

func TestPaymentsAreDecidedOnceAndTheBillFollows(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	part := h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 2000}).OK(t)
	if part.String("status") != "pending" || part.String("patient") != id("pat1") ||
		part.String("recorded_by") != id("patient1") {
		t.Errorf("declared payment: %s", part.Raw)
	}
	if got := h.Record("bills", bill); got.GetString("status") != "unpaid" {
		t.Errorf("a pending payment made the bill %s", got.GetString("status"))
	}
	for _, role := range []string{"patient1", "doctor1", "nurse1", "receptionist1"} {
		if answer := h.As(role).Update("payments", part.ID(), body{"status": "verified"}); answer.Status < 400 {
			t.Errorf("%s verified a payment", role)
		}
	}
	h.As("accountant1").Update("payments", part.ID(), body{"status": "verified"}).OK(t)
	if got := h.Record("bills", bill); got.GetString("status") != "partially_paid" ||
		got.GetInt("balance_minor") != 3350 {
		t.Errorf("after a part payment the bill is %s with %d open", got.GetString("status"),
			got.GetInt("balance_minor"))
	}
	for _, again := range []string{"pending", "rejected"} {
		if answer := h.As("accountant1").Update("payments", part.ID(),
			body{"status": again}); answer.Status != http.StatusConflict ||
			answer.Code("status") != "invalid_transition" {
			t.Errorf("setting a verified payment to %s answered %d %s", again, answer.Status, answer.Raw)
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

func TestConcurrentPaymentsDoNotExceedTheOpenAmount(t *testing.T) {
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
		t.Errorf("%d of ten payments of the full amount were accepted, want 1", accepted.Load())
	}
	if answer := payer.Create("payments",
		body{"bill": bill, "method": "card", "amount_minor": 1}); answer.Code("amount_minor") != "exceeds_balance" {
		t.Errorf("a payment of one more cent answered %s", answer.Raw)
	}
	h.Verify()
}

func TestARetriedPaymentIsRefused(t *testing.T) {
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

// TestAConcurrentRetryIsRefusedAsDuplicate saves past the request guard, as a retry does that
// arrives while the first request is still running. The create hook must refuse it because
// of its id, not because the open amount is exceeded.
func TestAConcurrentRetryIsRefusedAsDuplicate(t *testing.T) {
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
		t.Errorf("the retry returned %v", err)
	}
}

func TestInvalidAmountsAreRefused(t *testing.T) {
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
		t.Error("a refused payment was saved")
	}
}
