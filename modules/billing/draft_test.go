package billing_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/money"
)

// sale creates a draft with one line for each unit price.
func sale(h *hospitaltest.Hospital, bp int, units ...int) (bill string) {
	h.T.Helper()
	made := h.As("accountant1").Create("bills", body{"patient": id("pat1")}).OK(h.T)
	for _, unit := range units {
		h.As("accountant1").Create("bill_items",
			body{"bill": made.ID(), "description": "Something", "quantity": 1, "unit_minor": unit,
				"tax_bp": bp}).OK(h.T)
	}
	return made.ID()
}

func issue(h *hospitaltest.Hospital, bill string) hospitaltest.Response {
	h.T.Helper()
	return h.As("accountant1").Update("bills", bill, body{"status": "unpaid"}).OK(h.T)
}

func TestADraftIsEditedThenIssued(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	accountant := h.As("accountant1")
	draft := accountant.Create("bills", body{"patient": id("pat1")}).OK(t)
	if draft.String("status") != "draft" || !strings.HasPrefix(draft.String("number"), "DRAFT-") ||
		draft.String("issued_at") != "" || draft.Int("balance_minor") != 0 {
		t.Errorf("draft: %s", draft.Raw)
	}
	expectRefused(t, "issuing a bill without lines",
		accountant.Update("bills", draft.ID(), body{"status": "unpaid"}),
		http.StatusConflict, "status", "no_lines")
	line := accountant.Create("bill_items", body{"bill": draft.ID(), "service": id("ecg"), "quantity": 3}).OK(t)
	if line.String("description") != "Electrocardiogram" || line.Int("total_minor") != 9_999+750 {
		t.Errorf("line with a service: %s", line.Raw)
	}
	other := accountant.Create("bill_items",
		body{"bill": draft.ID(), "description": "Crutches", "quantity": 2, "unit_minor": 1_000}).OK(t)
	accountant.Update("bill_items", other.ID(), body{"quantity": 0}).OK(t)
	expectRefused(t, "changing the price of a service",
		accountant.Update("bill_items", line.ID(), body{"unit_minor": 1}),
		http.StatusBadRequest, "unit_minor", "price_list")
	expectRefused(t, "a service with another price",
		accountant.Create("bill_items",
			body{"bill": draft.ID(), "service": id("ecg"), "quantity": 1, "unit_minor": 5}),
		http.StatusBadRequest, "unit_minor", "price_list")
	expectRefused(t, "a payment on a draft",
		accountant.Create("payments", body{"bill": draft.ID(), "method": "cash", "amount_minor": 1}),
		http.StatusConflict, "bill", "not_issued")
	if answer := h.As("patient1").Create("payments",
		body{"bill": draft.ID(), "method": "cash", "amount_minor": 1}); answer.Code("bill") != "not_yours" {
		t.Errorf("a patient paid a draft: %s", answer.Raw)
	}
	if answer := h.As("patient1").View("bills", draft.ID(), ""); answer.Status != http.StatusNotFound {
		t.Errorf("a patient sees a draft: %s", answer.Raw)
	}
	mistake := sale(h, 0, 1)
	accountant.Update("bills", mistake, body{"status": "void", "reason": "a mistake"}).OK(t)
	if answer := h.As("patient1").View("bills", mistake, ""); answer.Status != http.StatusNotFound {
		t.Errorf("a patient sees a voided draft: %s", answer.Raw)
	}
	issued := issue(h, draft.ID())
	if !strings.HasPrefix(issued.String("number"), "INV-") || issued.String("status") != "unpaid" ||
		issued.Int("total_minor") != 10_749 || issued.String("issued_by") != id("accountant1") ||
		issued.String("due_on") == "" {
		t.Errorf("issued bill: %s", issued.Raw)
	}
	expectRefused(t, "a new line on an issued bill",
		accountant.Create("bill_items", body{"bill": draft.ID(), "description": "More", "quantity": 1}),
		http.StatusConflict, "bill", "invalid_transition")
	expectRefused(t, "a changed line on an issued bill",
		accountant.Update("bill_items", line.ID(), body{"quantity": 1}),
		http.StatusConflict, "bill", "invalid_transition")
	h.As("patient1").View("bills", draft.ID(), "expand=bill_items_via_bill").OK(t)
	h.Verify()
}

func TestInvalidLinesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("bill_items")
	for field, values := range map[string][]string{
		"quantity":    {"0", "-1", "1e20", "0.5", `"1"`, "null", "100001"},
		"unit_minor":  {"-1", "1e20", "0.5", `"10,00"`, "true", "10000000000001"},
		"tax_bp":      {"-1", "10001", "0.5", `"7"`},
		"description": {`""`, "null", "5"},
		"service":     {`"nothing"`, `"` + id("retired") + `"`},
		"total_minor": {"5"},
		"nothing":     {"1"},
	} {
		for _, value := range values {
			line := body{"bill": id("draft1"), "description": "Something", "quantity": 1, "unit_minor": 100,
				"tax_bp": 700}
			if field == "service" {
				line = body{"bill": id("draft1"), "quantity": 1}
			}
			line[field] = json.RawMessage(value)
			if answer := h.As("accountant1").Create("bill_items", line); answer.Status < 400 ||
				answer.Status > 499 || answer.Code(field) == "" {
				t.Errorf("%s of %s answered %d %s", field, value, answer.Status, answer.Raw)
			}
		}
	}
	expectRefused(t, "a line above the largest amount",
		h.As("accountant1").Create("bill_items",
			body{"bill": id("draft1"), "description": "Gold", "quantity": 2, "unit_minor": money.Max}),
		http.StatusBadRequest, "quantity", "too_large")
	h.As("accountant1").Create("bill_items",
		body{"bill": id("draft1"), "description": "Gold", "quantity": 1, "unit_minor": money.Max - 10_000}).OK(t)
	expectRefused(t, "a bill above the largest amount",
		h.As("accountant1").Create("bill_items",
			body{"bill": id("draft1"), "description": "Gold", "quantity": 1, "unit_minor": 10_000}),
		http.StatusBadRequest, "quantity", "too_large")
	if h.Count("bill_items") != before+1 {
		t.Error("a refused line was saved")
	}
	h.Verify()
}

func TestAVoidedBillOfAVisitIsReplacedByADraft(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill, accountant := complete(h), h.As("accountant1")
	expectRefused(t, "without a reason",
		accountant.Update("bills", bill, body{"status": "void"}),
		http.StatusBadRequest, "reason", "required")
	for _, who := range []string{"patient1", "receptionist1", "doctor1", "nurse1"} {
		if answer := h.As(who).Update("bills", bill,
			body{"status": "void", "reason": "I like it"}); answer.Status < 400 {
			t.Errorf("%s voided a bill", who)
		}
	}
	gone := accountant.Update("bills", bill, body{"status": "void", "reason": "Wrong service", "version": 1}).OK(t)
	if gone.String("voided_by") != id("accountant1") || gone.String("voided_at") == "" {
		t.Errorf("voided bill: %s", gone.Raw)
	}
	expectBill(t, h, bill, "void", 0)
	h.Verify()
	expectRefused(t, "paying a void bill",
		h.As("patient1").Create("payments", body{"bill": bill, "method": "cash", "amount_minor": 1}),
		http.StatusConflict, "bill", "not_issued")
	expectRefused(t, "crediting a void bill",
		accountant.Create("bills", body{"kind": "credit_note", "original": bill, "reason": "again"}),
		http.StatusConflict, "original", "not_issued")
	expectRefused(t, "discounting a void bill",
		accountant.Create("discounts", body{"bill": bill, "bp": 100, "reason": "again"}),
		http.StatusConflict, "bill", "not_issued")
	expectRefused(t, "issuing a void bill",
		accountant.Update("bills", bill, body{"status": "unpaid"}),
		http.StatusConflict, "status", "invalid_transition")

	left := accountant.List("bills", hospitaltest.Filter(`original = "`+bill+`" && kind = "invoice"`)).Items()
	if len(left) != 1 || left[0]["status"] != "draft" || left[0]["total_minor"] != 5350.0 ||
		left[0]["appointment"] != id("booked1") {
		t.Fatalf("replacements of the void bill: %v", left)
	}
	draft := left[0]["id"].(string)
	expectRefused(t, "voiding the last bill of a visit",
		accountant.Update("bills", draft, body{"status": "void", "reason": "no"}),
		http.StatusConflict, "status", "one_visit_one_bill")
	accountant.Create("bill_items", body{"bill": draft, "service": id("ecg"), "quantity": 1}).OK(t)
	issue(h, draft)
	expectBill(t, h, draft, "unpaid", 5_350+3_583)
	h.Verify()
}

func TestAPaidBillIsCreditedInsteadOfVoided(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill, accountant := complete(h), h.As("accountant1")
	paid := h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 5_350}).OK(t)
	expectRefused(t, "voiding a bill with a pending payment",
		accountant.Update("bills", bill, body{"status": "void", "reason": "no"}),
		http.StatusConflict, "status", "has_payments")
	accountant.Update("payments", paid.ID(), body{"status": "verified"}).OK(t)
	expectRefused(t, "voiding a paid bill",
		accountant.Update("bills", bill, body{"status": "void", "reason": "no"}),
		http.StatusConflict, "status", "has_payments")

	allowCredits(h)
	credit := func(amount int) hospitaltest.Response {
		return accountant.Create("bills",
			body{"kind": "credit_note", "original": bill, "reason": "Too much", "total_minor": amount})
	}
	first := credit(1_000).OK(t)
	if !strings.HasPrefix(first.String("number"), "CRN-") || first.String("status") != "issued" ||
		first.Int("tax_minor") != 65 || first.String("patient") != id("pat1") {
		t.Errorf("credit note: %s", first.Raw)
	}
	expectBill(t, h, bill, "paid", -1_000)
	expectRefused(t, "crediting more than is left",
		credit(4_351),
		http.StatusConflict, "total_minor", "exceeds_balance")
	expectRefused(t, "crediting a credit note",
		accountant.Create("bills", body{"kind": "credit_note", "original": first.ID(), "reason": "again"}),
		http.StatusConflict, "original", "not_issued")
	expectRefused(t, "voiding a credit note",
		accountant.Update("bills", first.ID(), body{"status": "void", "reason": "no"}),
		http.StatusConflict, "status", "invalid_transition")
	expectRefused(t, "without a reason",
		accountant.Create("bills", body{"kind": "credit_note", "original": bill}),
		http.StatusBadRequest, "reason", "required")
	rest := credit(0).OK(t)
	if rest.Int("total_minor") != 4_350 || rest.Int("tax_minor") != 285 { // the rest of the tax
		t.Errorf("second credit note: %s", rest.Raw)
	}
	expectRefused(t, "crediting when nothing is left",
		credit(0),
		http.StatusConflict, "total_minor", "exceeds_balance")
	back := accountant.Create("payments",
		body{"refund_of": paid.ID(), "bill": bill, "method": "card", "amount_minor": 5_350, "note": "credited"}).OK(t)
	h.As("accountant2").Update("payments", back.ID(), body{"status": "verified"}).OK(t)
	expectBill(t, h, bill, "refunded", 0)
	h.Verify()
}

func TestConcurrentCreditNotesDoNotExceedTheBill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	allowCredits(h)
	done := concurrently(20, func() hospitaltest.Response {
		return h.As("accountant1").Create("bills",
			body{"kind": "credit_note", "original": bill, "reason": "Twice", "total_minor": 3_000})
	})
	if done != 1 {
		t.Errorf("%d concurrent credit notes over more than half of the bill succeeded, want 1", done)
	}
	expectBill(t, h, bill, "unpaid", 2_350)
	h.Verify()
}
