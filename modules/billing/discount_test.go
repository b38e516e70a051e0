package billing_test

import (
	"fmt"
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestDiscountsAboveTheLimitNeedAnotherAdmin(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 700, 5_000)
	request := func(who string, d body) hospitaltest.Response {
		d["bill"], d["reason"] = bill, "goodwill"
		return h.As(who).Create("discounts", d)
	}
	drop := func(d hospitaltest.Response) {
		h.As("accountant2").Update("discounts", d.ID(), body{"status": "rejected"}).OK(t)
		expectBill(t, h, bill, "draft", 0)
		if got := h.Record("bills", bill).GetInt("total_minor"); got != 5_350 {
			t.Errorf("the total without the discount is %d", got)
		}
	}
	small := request("accountant1", body{"bp": 1_000}).OK(t) // the hospital's limit is 10 %
	if small.String("status") != "approved" || small.Int("amount_minor") != 500 ||
		h.Record("bills", bill).GetInt("total_minor") != 4_815 {
		t.Errorf("discount within the limit: %s", small.Raw)
	}
	expectRefused(t, "a second discount",
		request("accountant1", body{"bp": 100}),
		http.StatusConflict, "bill", "discounted")
	expectRefused(t, "another line on a discounted bill",
		h.As("accountant1").Create("bill_items", body{"bill": bill, "description": "x", "quantity": 1}),
		http.StatusConflict, "bill", "discounted")
	drop(small)
	drop(request("accountant1", body{"amount_minor": 500}).OK(t))
	for i, large := range []body{{"bp": 1_001}, {"amount_minor": 501}} {
		requested := request("admin1", large).OK(t)
		if requested.String("status") != "pending" || h.Record("bills", bill).GetInt("discount_minor") != 0 {
			t.Errorf("discount above the limit: %s", requested.Raw)
		}
		expectRefused(t, "issuing a bill with a pending discount",
			h.As("accountant1").Update("bills", bill, body{"status": "unpaid"}),
			http.StatusConflict, "status", "discount_pending")
		expectRefused(t, "approving the own request",
			h.As("admin1").Update("discounts", requested.ID(), body{"status": "approved"}),
			http.StatusForbidden, "status", "own_request")
		expectRefused(t, "approving as an accountant",
			h.As("accountant1").Update("discounts", requested.ID(), body{"status": "approved"}),
			http.StatusForbidden, "status", "not_allowed")
		if i == 1 {
			h.As("admin2").Update("discounts", requested.ID(), body{"status": "approved", "version": 1}).OK(t)
		}
		if i == 0 {
			drop(requested)
		}
	}
	issue(h, bill)
	expectBill(t, h, bill, "unpaid", 4_814)
	d := h.As("admin1").List("discounts", hospitaltest.Filter(`bill = "`+bill+`" && status = "approved"`)).IDs()[0]
	expectRefused(t, "withdrawing the discount of an issued bill",
		h.As("admin1").Update("discounts", d, body{"status": "rejected"}),
		http.StatusConflict, "status", "invalid_transition")
	h.Verify()
}

func TestInvalidDiscountsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		d           body
		status      int
		field, code string
	}{
		{body{"bp": 100}, http.StatusBadRequest, "reason", "validation_required"},
		{body{"reason": "r"}, http.StatusBadRequest, "amount_minor", "comes_to_nothing"},
		{body{"reason": "r", "bp": 100, "amount_minor": 1}, http.StatusBadRequest, "amount_minor", "one_at_a_time"},
		{body{"reason": "r", "bp": -1}, http.StatusBadRequest, "bp", "validation_min_number_constraint"},
		{body{"reason": "r", "bp": 10_001}, http.StatusBadRequest, "bp", "validation_max_number_constraint"},
		{body{"reason": "r", "bp": 0.5}, http.StatusBadRequest, "bp", "validation_only_int_constraint"},
		{body{"reason": "r", "amount_minor": 1e20}, http.StatusBadRequest, "amount_minor",
			"validation_only_int_constraint"},
		{body{"reason": "r", "amount_minor": "10,00"}, http.StatusBadRequest, "amount_minor", "wrong_type"},
		{body{"reason": "r", "amount_minor": 2_501}, http.StatusConflict, "amount_minor", "exceeds_balance"},
		{body{"reason": "r", "bp": 1, "bill": id("nothing")}, http.StatusBadRequest, "bill",
			"validation_missing_rel_records"},
	} {
		if c.d["bill"] == nil {
			c.d["bill"] = id("draft1")
		}
		expectRefused(t, fmt.Sprint(c.d), h.As("accountant1").Create("discounts", c.d), c.status, c.field, c.code)
	}
	for _, who := range []string{"patient1", "doctor1", "nurse1", "receptionist1"} {
		if answer := h.As(who).Create("discounts",
			body{"bill": id("draft1"), "bp": 1, "reason": "r"}); answer.Status != http.StatusForbidden {
			t.Errorf("%s requested a discount: %s", who, answer.Raw)
		}
	}
}

func TestADiscountOnAnIssuedBillCreatesACreditNote(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := complete(h)
	h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 5_000}).OK(t)
	request := func(bp int) hospitaltest.Response {
		return h.As("accountant1").Create("discounts", body{"bill": bill, "bp": bp, "reason": "goodwill"})
	}
	expectRefused(t, "a discount above the open amount",
		request(1_000),
		http.StatusConflict, "amount_minor", "exceeds_balance")
	granted := request(500).OK(t)
	note := h.Record("bills", granted.String("credit_note"))
	// 2.50 net; the tax falls from 3.50 to 3.325, which is rounded to 3.33
	if note.GetInt("total_minor") != 250+350-333 || note.GetString("reason") != "goodwill" ||
		note.GetString("original") != bill {
		t.Errorf("credit note: %v", note)
	}
	expectBill(t, h, bill, "unpaid", 4_750+333)
	if got := h.Record("bills", bill); got.GetInt("total_minor") != 5_350 || got.GetInt("discount_minor") != 0 {
		t.Error("the issued bill was changed")
	}
	h.Verify()
}

func TestAFullDiscountMakesTheBillPaid(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 700, 5_000)
	requested := h.As("accountant1").Create("discounts", body{"bill": bill, "bp": 10_000, "reason": "hardship"}).OK(t)
	h.As("admin1").Update("discounts", requested.ID(), body{"status": "approved"}).OK(t)
	issue(h, bill)
	expectBill(t, h, bill, "paid", 0)
	h.Verify()
}

func TestDiscountsAndTaxAreRoundedToTheUnit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	three := sale(h, 750, 3_333, 3_333, 3_333) // 2.49975 of tax each
	issue(h, three)
	expectBill(t, h, three, "unpaid", 3*(3_333+250))

	small := sale(h, 0, 5)
	h.As("accountant1").Create("discounts", body{"bill": small, "bp": 1_000, "reason": "10 % of 0.05 is 0.005"}).OK(t)
	issue(h, small)
	expectBill(t, h, small, "unpaid", 4)

	shared := sale(h, 750, 3_333, 3_333, 3_333) // 1.00 off is 34, 33 and 33 of it
	h.As("accountant1").Create("discounts", body{"bill": shared, "amount_minor": 100, "reason": "a coin"}).OK(t)
	issue(h, shared)
	expectBill(t, h, shared, "unpaid", 9_899+247+2*248) // 7.5 % of 32.99 are 2.474, and of 33.00 2.475
	h.Verify()
}
