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

func (b *book) visit() {
	b.now = b.now.Add(time.Hour)
	made := b.h.As("receptionist1").Create("appointments",
		body{"patient": id("pat1"), "doctor": id("dr1"), "starts": kit.FormatInstant(b.now.Add(time.Minute)),
			"overbook": true, "staff_note": "paper"}).OK(b)
	total := withTax(5_000, 1, 700)
	for range rapid.IntRange(0, 3).Draw(b.T, "charges") {
		who, quantity := b.who(), rapid.IntRange(0, 3).Draw(b.T, "quantity")
		answer := b.h.As(who).Create("charges",
			body{"appointment": made.ID(), "service": id("ecg"), "quantity": quantity})
		if b.judge("a charge by "+who, answer, quantity > 0 && is(who, "doctor", "nurse", "receptionist", "admin")) {
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
	b.bills = append(b.bills, &owed{id: bill.Id, visit: true, total: total})
}

func (b *book) sale() {
	draft := &owed{id: b.h.As("accountant1").Create("bills", body{"patient": id("pat1")}).OK(b).ID(), draft: true}
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

func (b *book) issue() {
	o, who := b.some(), b.who()
	if b.judge("issuing by "+who, b.h.As(who).Update("bills", o.id, body{"status": "unpaid"}),
		is(who, "accountant", "admin") && !o.void && (o.draft || o.status() == "unpaid")) {
		o.draft = false // and what is unpaid already stays as it is
	}
}

func (b *book) discount() {
	o, who := b.some(), b.who()
	bp := rapid.SampledFrom([]int{100, 333, 1_000, 1_001, 5_000, 10_000}).Draw(b.T, "bp")
	subtotal := b.h.Record("bills", o.id).GetInt("subtotal_minor")
	off := (subtotal*bp + 5_000) / 10_000
	answer := b.h.As(who).Create("discounts", body{"bill": o.id, "bp": bp, "reason": "paper"})
	if !is(who, "accountant", "admin") || o.void || o.discounted || off == 0 {
		b.judge("a discount that is none by "+who, answer, false)
		return
	}
	if bp > 1_000 && b.judge("asking for a large discount", answer, true) {
		o.discounted = true
		other := b.who()
		approved := b.h.As(other).Update("discounts", answer.ID(), body{"status": "approved"})
		if !is(other, "admin") || other == who || approved.Status == http.StatusConflict && !o.draft {
			b.judge("approving by "+other, approved, false)
			b.h.As("accountant2").Update("discounts", answer.ID(), body{"status": "rejected"}).OK(b)
			o.discounted = false
			return
		}
		answer = approved
	}
	if answer.Status == http.StatusConflict && !o.draft {
		return // more than is open, or something was credited before: compared below
	}
	b.judge("a discount by "+who, answer, true)
	o.discounted = true
	bill := b.h.Record("bills", o.id)
	if o.draft {
		if bill.GetInt("discount_minor") != off {
			b.Fatalf("%d basis points of %d are %d", bp, subtotal, bill.GetInt("discount_minor"))
		}
		o.total = subtotal - off + bill.GetInt("tax_minor") // verify holds each line's tax
		return
	}
	note := b.h.Record("bills", b.h.Record("discounts", answer.ID()).GetString("credit_note"))
	if note.GetInt("subtotal_minor") != off {
		b.Fatalf("%d basis points of %d became a credit note of %d", bp, subtotal, note.GetInt("subtotal_minor"))
	}
	if note.GetInt("total_minor") > o.open()-b.waiting(o) {
		b.Fatalf("a discount of %d on %d open", note.GetInt("total_minor"), o.open())
	}
	o.credited += note.GetInt("total_minor")
}

func (b *book) pay() {
	o, who := b.some(), b.who()
	left := o.open() - b.waiting(o)
	amount := b.amount(left)
	answer := b.h.As(who).Create("payments",
		body{"bill": o.id, "method": rapid.SampledFrom([]string{"cash", "card", "insurance"}).Draw(b.T,
			"method"), "amount_minor": amount})
	if b.judge(fmt.Sprintf("paying %d of %d by %s", amount, left, who), answer,
		is(who, "patient", "receptionist", "accountant", "admin") && o.issued() && amount <= left) {
		o.payments++
		b.payments = append(b.payments, &asked{id: answer.ID(), bill: o, amount: amount, by: who, stood: true})
	}
}

// take is money at the front desk that an accountant has verified at once.
func (b *book) take() {
	for _, o := range b.bills {
		left := o.open() - b.waiting(o)
		if !o.issued() || left < 1 {
			continue
		}
		amount := rapid.IntRange(1, left).Draw(b.T, "amount")
		p := &asked{bill: o, amount: amount, by: "receptionist1", stood: true, decided: true}
		p.id = b.h.As("receptionist1").Create("payments",
			body{"bill": o.id, "method": "cash", "amount_minor": amount}).OK(b).ID()
		b.h.As("accountant1").Update("payments", p.id, body{"status": "verified"}).OK(b)
		o.payments, o.paid = o.payments+1, o.paid+amount
		b.payments = append(b.payments, p)
		return
	}
	b.Skip("nothing is open")
}

func (b *book) refund() {
	p, who := b.claim(func(p *asked) bool { return !p.refund && p.decided && p.stood && p.back < p.amount }), b.who()
	amount := b.amount(p.amount - p.back)
	answer := b.h.As(who).Create("payments",
		body{"refund_of": p.id, "bill": p.bill.id, "method": "cash", "amount_minor": amount, "note": "paper"})
	if b.judge(fmt.Sprintf("returning %d by %s", amount, who), answer, is(who, "accountant", "admin") &&
		!p.refund && p.decided && p.stood && amount <= p.amount-p.back) {
		p.back += amount
		b.payments = append(b.payments,
			&asked{id: answer.ID(), bill: p.bill, of: p, amount: amount, by: who, stood: true, refund: true})
	}
}

func (b *book) decide() {
	p := b.claim(func(p *asked) bool { return !p.decided })
	who, verdict := b.who(), rapid.SampledFrom([]string{"verified", "verified", "rejected"}).Draw(b.T, "verdict")
	answer := b.h.As(who).Update("payments", p.id, body{"status": verdict})
	again := p.decided && p.stood == (verdict == "verified") // says what is so already
	should := is(who, "accountant", "admin") &&
		(again || !p.decided && (!p.refund || verdict == "rejected" || who != p.by))
	if !b.judge(verdict+" by "+who, answer, should) || again {
		return
	}
	p.decided, p.stood = true, verdict == "verified"
	switch {
	case !p.stood && p.refund:
		p.of.back -= p.amount
	case !p.stood:
		p.bill.payments--
	case p.refund:
		p.bill.paid -= p.amount
	default:
		p.bill.paid += p.amount
	}
}

func (b *book) voiding() {
	o, who := b.some(), b.who()
	should := is(who, "accountant", "admin") && !o.void && o.payments == 0 && o.credited == 0 && !(o.draft && o.visit)
	answer := b.h.As(who).Update("bills", o.id, body{"status": "void", "reason": "paper"})
	if o.void && is(who, "accountant", "admin") {
		b.judge("voiding again", answer, true)
		return
	}
	if !b.judge("voiding by "+who, answer, should) {
		return
	}
	o.void = true
	if o.visit {
		left := b.h.As("accountant1").List("bills", hospitaltest.Filter(`original = "`+o.id+`"`)).OK(b).Items()
		if len(left) != 1 {
			b.Fatalf("in place of a void bill stand %v", left)
		}
		b.bills = append(b.bills, &owed{id: left[0]["id"].(string), visit: true, draft: true,
			total: int(left[0]["total_minor"].(float64))})
	}
}

func (b *book) credit() {
	o, who := b.some(), b.who()
	left := o.total - o.credited
	amount := b.amount(left)
	answer := b.h.As(who).Create("bills",
		body{"kind": "credit_note", "original": o.id, "total_minor": amount, "reason": "paper"})
	if b.judge(fmt.Sprintf("crediting %d of %d by %s", amount, left, who), answer,
		is(who, "accountant", "admin") && o.issued() && amount <= left) {
		o.credited += amount
	}
}

// TestBillingMatchesTheModel does what people do, in any order and by anybody, and
// compares after each step. It is short; go test -rapid.checks=1000 takes longer.
func TestBillingMatchesTheModel(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	var h *hospitaltest.Hospital
	var now time.Time
	rapid.Check(t, func(r *rapid.T) {
		if h == nil { // at first, and after one that did not agree
			h, now = hospitaltest.New(t), time.Now().UTC().Add(300*time.Hour).Truncate(time.Hour)
		}
		b := &book{T: r, h: h, now: now}
		h.At(b.now)
		before := int(get(h, "accountant1", "patients/"+id("pat1")+"/statement").OK(b).Int("closing_minor"))
		h = nil
		b.visit()
		b.sale()
		step := func(do func(*book)) func(*rapid.T) {
			return func(r *rapid.T) {
				b.T = r
				do(b)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"visit": step((*book).visit), "sale": step((*book).sale), "issue": step((*book).issue), "discount": step((*book).discount), "pay": step((*book).pay),
			"take": step((*book).take), "refund again": step((*book).refund), "refund": step((*book).refund), "decide": step((*book).decide), "decide again": step((*book).decide), "void": step((*book).voiding), "credit": step((*book).credit),
			"": step(func(b *book) { b.agree(before) }),
		})
		b.h.Verify()
		if t.Failed() {
			r.Fatal("see above")
		}
		h, now = b.h, b.now
	})
}
