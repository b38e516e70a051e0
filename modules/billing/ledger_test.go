package billing_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

// owed is a bill as an accountant would keep it on paper, and asked what was paid on it.
type owed struct {
	id                    string
	visit, draft, void    bool
	total, credited, paid int
	discounted            bool
	payments              int // that were not rejected
}

type asked struct {
	id                     string
	bill                   *owed
	of                     *asked // of a refund
	amount, back           int    // back is what was asked to be returned of it
	by                     string
	decided, stood, refund bool // stood: it was not rejected
}

// book is the paper, and the hospital that it is compared with.
type book struct {
	*rapid.T
	h        *hospitaltest.Hospital
	now      time.Time
	bills    []*owed
	payments []*asked
}

// everybody who may try; half of the time somebody who keeps the books.
var everybody = []string{"patient1", "doctor1", "nurse1", "receptionist1", "accountant1", "accountant2",
	"admin1", "admin2", "accountant1", "accountant2"}

func is(who string, roles ...string) bool {
	for _, role := range roles {
		if strings.HasPrefix(who, role) {
			return true
		}
	}
	return false
}

func (b *book) who() string { return rapid.SampledFrom(everybody).Draw(b.T, "who") }

// judge compares how an answer came out with how it should.
func (b *book) judge(what string, answer hospitaltest.Response, should bool) bool {
	b.Helper()
	if done := answer.Status == http.StatusOK; done != should || answer.Status >= 500 {
		b.Fatalf("%s answered %d %s, should succeed: %v", what, answer.Status, answer.Raw, should)
	}
	return should
}

// some draws a bill; most often an amount that fits it, sometimes one that does not.
func (b *book) some() *owed {
	if len(b.bills) == 0 {
		b.Skip("there is no bill yet")
	}
	return rapid.SampledFrom(b.bills).Draw(b.T, "bill")
}

func (b *book) amount(fits int) int {
	if rapid.IntRange(0, 4).Draw(b.T, "whole") == 0 && fits > 0 {
		return fits
	}
	return rapid.IntRange(1, max(fits, 1)+2).Draw(b.T, "amount")
}

func (o *owed) open() int    { return o.total - o.credited - o.paid }
func (o *owed) issued() bool { return !o.draft && !o.void } // a draft may be void, too

func (o *owed) status() string {
	switch {
	case o.void:
		return "void"
	case o.draft:
		return "draft"
	case o.open() > 0 && o.paid > 0:
		return "partially_paid"
	case o.open() > 0:
		return "unpaid"
	case o.total > 0 && o.credited == o.total && o.paid == 0:
		return "refunded"
	}
	return "paid"
}

// waiting is what was declared on a bill and not decided.
func (b *book) waiting(o *owed) (sum int) {
	for _, p := range b.payments {
		if p.bill == o && !p.decided && !p.refund {
			sum += p.amount
		}
	}
	return sum
}

func withTax(unit, quantity, bp int) int { return unit*quantity + (unit*quantity*bp+5_000)/10_000 }

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

// claim draws a payment; most often one of those that fit.
func (b *book) claim(fits func(*asked) bool) *asked {
	var some []*asked
	for _, p := range b.payments {
		if fits(p) {
			some = append(some, p)
		}
	}
	if len(some) == 0 || rapid.IntRange(0, 3).Draw(b.T, "any") == 0 {
		some = b.payments
	}
	if len(some) == 0 {
		b.Skip("nothing was paid yet")
	}
	return rapid.SampledFrom(some).Draw(b.T, "payment")
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

// agree compares the paper with every place that says what is owed.
func (b *book) agree(before int) {
	b.Helper()
	sum := before
	for _, o := range b.bills {
		r := b.h.Record("bills", o.id)
		open := 0
		if o.issued() {
			open = o.open()
		}
		sum += open
		for field, want := range map[string]any{"status": o.status(), "total_minor": o.total,
			"paid_minor": o.paid, "credited_minor": o.credited, "balance_minor": open} {
			if got := fmt.Sprint(r.Get(field)); got != fmt.Sprint(want) {
				b.Fatalf("%s: %s is %s, on paper %v", r.GetString("number"), field, got, want)
			}
		}
	}
	statement := get(b.h, "accountant1",
		"patients/"+id("pat1")+"/statement?from="+b.now.AddDate(0, 0, -30).Format(time.DateOnly)).OK(b)
	if statement.Int("closing_minor") != int64(sum) {
		b.Fatalf("the statement closes with %d, on paper %d is owed", statement.Int("closing_minor"), sum)
	}
}

// TestTheBooksAgreeWithPaper does what people do, in any order and by anybody, and
// compares after each step. It is short; go test -rapid.checks=1000 takes longer.
func TestTheBooksAgreeWithPaper(t *testing.T) {
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
