package billing_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

func (b *model) visit() {
	b.now = b.now.Add(time.Hour)
	made := b.h.As("receptionist1").Create("appointments",
		body{"patient": id("pat1"), "doctor": id("dr1"), "starts": kit.FormatInstant(b.now.Add(time.Minute)),
			"overbook": true, "staff_note": "model"}).OK(b)
	total := withTax(5_000, 1, 700)
	for range rapid.IntRange(0, 3).Draw(b.T, "charges") {
		who, quantity := b.who(), rapid.IntRange(0, 3).Draw(b.T, "quantity")
		answer := b.h.As(who).Create("charges",
			body{"appointment": made.ID(), "service": id("ecg"), "quantity": quantity})
		allowed := quantity > 0 && hasRole(who, "doctor", "nurse", "receptionist", "admin")
		if b.expect("a charge by "+who, answer, allowed) {
			total += withTax(3_333, quantity, 750)
		}
	}
	b.now = b.now.Add(10 * time.Minute)
	b.h.At(b.now)
	b.h.As("doctor1").Update("appointments", made.ID(), body{"status": "completed"}).OK(b)
	bill, err := b.h.App.FindFirstRecordByData("bills", "appointment", made.ID())
	if err != nil {
		b.Fatal(err)
	}
	b.bills = append(b.bills, &modelBill{id: bill.Id, visit: true, total: total})
}

func (b *model) sale() {
	draft := &modelBill{id: b.h.As("accountant1").Create("bills", body{"patient": id("pat1")}).OK(b).ID(), draft: true}
	for range rapid.IntRange(1, 4).Draw(b.T, "lines") {
		quantity, unit, bp := rapid.IntRange(1, 5).Draw(b.T, "quantity"), rapid.IntRange(0, 5_000).Draw(b.T,
			"unit"), rapid.SampledFrom([]int{0, 700, 750, 1_900}).Draw(b.T, "tax")
		b.h.As("accountant1").Create("bill_items",
			body{"bill": draft.id, "description": "Something", "quantity": quantity, "unit_minor": unit,
				"tax_bp": bp}).OK(b)
		draft.total += withTax(unit, quantity, bp)
	}
	b.bills = append(b.bills, draft)
}

func (b *model) issue() {
	o, who := b.anyBill(), b.who()
	if b.expect("issuing by "+who, b.h.As(who).Update("bills", o.id, body{"status": "unpaid"}),
		hasRole(who, "accountant", "admin") && !o.void && (o.draft || o.status() == "unpaid")) {
		o.draft = false // and what is unpaid already stays as it is
	}
}

func (b *model) discount() {
	o, who := b.anyBill(), b.who()
	bp := rapid.SampledFrom([]int{100, 333, 1_000, 1_001, 5_000, 10_000}).Draw(b.T, "bp")
	subtotal := b.h.Record("bills", o.id).GetInt("subtotal_minor")
	off := (subtotal*bp + 5_000) / 10_000
	answer := b.h.As(who).Create("discounts", body{"bill": o.id, "bp": bp, "reason": "model"})
	if !hasRole(who, "accountant", "admin") || o.void || o.discounted || off == 0 {
		b.expect("a refused discount by "+who, answer, false)
		return
	}
	if bp > 1_000 && b.expect("requesting a discount above the limit", answer, true) {
		o.discounted = true
		other := b.who()
		approved := b.h.As(other).Update("discounts", answer.ID(), body{"status": "approved"})
		if !hasRole(other, "admin") || other == who || approved.Status == http.StatusConflict && !o.draft {
			b.expect("approving by "+other, approved, false)
			b.h.As("accountant2").Update("discounts", answer.ID(), body{"status": "rejected"}).OK(b)
			o.discounted = false
			return
		}
		answer = approved
	}
	if answer.Status == http.StatusConflict && !o.draft {
		return // more than is open, or something was credited before: compared below
	}
	b.expect("a discount by "+who, answer, true)
	o.discounted = true
	bill := b.h.Record("bills", o.id)
	if o.draft {
		if bill.GetInt("discount_minor") != off {
			b.Fatalf("a discount of %d basis points on %d is %d", bp, subtotal, bill.GetInt("discount_minor"))
		}
		o.total = subtotal - off + bill.GetInt("tax_minor") // verify holds each line's tax
		return
	}
	note := b.h.Record("bills", b.h.Record("discounts", answer.ID()).GetString("credit_note"))
	if note.GetInt("subtotal_minor") != off {
		b.Fatalf("a discount of %d basis points on %d created a credit note of %d", bp, subtotal,
			note.GetInt("subtotal_minor"))
	}
	if note.GetInt("total_minor") > o.open()-b.pending(o) {
		b.Fatalf("a credit note of %d on an open amount of %d", note.GetInt("total_minor"), o.open())
	}
	o.credited += note.GetInt("total_minor")
}

func (b *model) void() {
	o, who := b.anyBill(), b.who()
	allowed := hasRole(who, "accountant", "admin") && !o.void && o.payments == 0 && o.credited == 0 &&
		!(o.draft && o.visit)
	answer := b.h.As(who).Update("bills", o.id, body{"status": "void", "reason": "model"})
	if o.void && hasRole(who, "accountant", "admin") {
		b.expect("voiding again", answer, true)
		return
	}
	if !b.expect("voiding by "+who, answer, allowed) {
		return
	}
	o.void = true
	if o.visit {
		left := b.h.As("accountant1").List("bills", hospitaltest.Filter(`original = "`+o.id+`"`)).OK(b).Items()
		if len(left) != 1 {
			b.Fatalf("replacements of the void bill: %v", left)
		}
		b.bills = append(b.bills, &modelBill{id: left[0]["id"].(string), visit: true, draft: true,
			total: int(left[0]["total_minor"].(float64))})
	}
}

func (b *model) credit() {
	o, who := b.anyBill(), b.who()
	left := o.total - o.credited
	amount := b.amount(left)
	answer := b.h.As(who).Create("bills",
		body{"kind": "credit_note", "original": o.id, "total_minor": amount, "reason": "model"})
	allowed := hasRole(who, "accountant", "admin") && o.issued() && amount <= left
	discount := b.h.Record("bills", o.id).GetInt("discount_minor")
	if allowed && (discount+o.credited+amount)*10 > o.total+discount { // the limit is 10 %
		allowed = b.approvedCredit(o, who, amount, answer)
		if !allowed {
			return
		}
	} else if !b.expect(fmt.Sprintf("crediting %d of %d by %s", amount, left, who), answer, allowed) {
		return
	}
	o.credited += amount
}

// approvedCredit requests a credit above the limit after a credit note was refused, and has somebody
// decide on it.
func (b *model) approvedCredit(o *modelBill, who string, amount int, refused hospitaltest.Response) bool {
	if refused.Status != http.StatusConflict || refused.Code("total_minor") != "needs_approval" {
		b.Fatalf("a credit note above the limit answered %d %s", refused.Status, refused.Raw)
	}
	asked := b.h.As(who).Create("discounts",
		body{"bill": o.id, "credit": true, "amount_minor": amount, "reason": "model"}).OK(b)
	other := b.who()
	answer := b.h.As(other).Update("discounts", asked.ID(), body{"status": "approved"})
	if b.expect("approving a credit by "+other, answer, hasRole(other, "admin") && other != who) {
		return true
	}
	b.h.As("accountant2").Update("discounts", asked.ID(), body{"status": "rejected"}).OK(b)
	return false
}

// TestBillingMatchesTheModel runs random steps by random accounts and compares hospital and
// model after each. For a long run: go test -rapid.checks=1000.
func TestBillingMatchesTheModel(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	var h *hospitaltest.Hospital
	var now time.Time
	rapid.Check(t, func(r *rapid.T) {
		if h == nil { // the first run, or a repetition after a failure
			h, now = hospitaltest.New(t), time.Now().UTC().Add(300*time.Hour).Truncate(time.Hour)
		}
		b := &model{T: r, h: h, now: now}
		h.At(b.now)
		before := int(get(h, "accountant1", "patients/"+id("pat1")+"/statement").OK(b).Int("closing_minor"))
		h = nil
		b.visit()
		b.sale()
		step := func(do func(*model)) func(*rapid.T) {
			return func(r *rapid.T) {
				b.T = r
				do(b)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"visit":        step((*model).visit),
			"sale":         step((*model).sale),
			"issue":        step((*model).issue),
			"discount":     step((*model).discount),
			"pay":          step((*model).pay),
			"pay at desk":  step((*model).payAtDesk),
			"refund":       step((*model).refund),
			"refund again": step((*model).refund), // twice as likely
			"decide":       step((*model).decide),
			"decide again": step((*model).decide),
			"void":         step((*model).void),
			"credit":       step((*model).credit),
			"":             step(func(b *model) { b.compare(before) }),
		})
		b.h.Verify()
		if t.Failed() {
			r.Fatal("see above")
		}
		h, now = b.h, b.now
	})
}
