package billing_test

import (
	"fmt"

	"pgregory.net/rapid"
)

func (b *model) pay() {
	o, who := b.anyBill(), b.who()
	left := o.open() - b.pending(o)
	amount := b.amount(left)
	method := rapid.SampledFrom([]string{"cash", "card", "insurance"}).Draw(b.T, "method")
	answer := b.h.As(who).Create("payments", body{"bill": o.id, "method": method, "amount_minor": amount})
	if b.expect(fmt.Sprintf("paying %d of %d by %s", amount, left, who), answer,
		hasRole(who, "patient", "receptionist", "accountant", "admin") && o.issued() && amount <= left) {
		o.payments++
		b.payments = append(b.payments, &modelPayment{id: answer.ID(), bill: o, amount: amount, by: who, counts: true,
			twoPersons: method == "cash"})
	}
}

// payAtDesk records a payment that an accountant verifies at once.
func (b *model) payAtDesk() {
	for _, o := range b.bills {
		left := o.open() - b.pending(o)
		if !o.issued() || left < 1 {
			continue
		}
		amount := rapid.IntRange(1, left).Draw(b.T, "amount")
		p := &modelPayment{bill: o, amount: amount, by: "receptionist1", counts: true, decided: true}
		p.id = b.h.As("receptionist1").Create("payments",
			body{"bill": o.id, "method": "cash", "amount_minor": amount}).OK(b).ID()
		b.h.As("accountant1").Update("payments", p.id, body{"status": "verified"}).OK(b)
		o.payments, o.paid = o.payments+1, o.paid+amount
		b.payments = append(b.payments, p)
		return
	}
	b.Skip("nothing is open")
}

func (b *model) refund() {
	p, who := b.anyPayment(func(p *modelPayment) bool {
		return !p.refund && p.decided && p.counts && p.back < p.amount
	}), b.who()
	amount := b.amount(p.amount - p.back)
	answer := b.h.As(who).Create("payments",
		body{"refund_of": p.id, "bill": p.bill.id, "method": "cash", "amount_minor": amount, "note": "model"})
	if b.expect(fmt.Sprintf("refunding %d by %s", amount, who), answer, hasRole(who, "accountant", "admin") &&
		!p.refund && p.decided && p.counts && amount <= p.amount-p.back) {
		p.back += amount
		b.payments = append(b.payments,
			&modelPayment{id: answer.ID(), bill: p.bill, of: p, amount: amount, by: who, counts: true, refund: true,
				twoPersons: true})
	}
}

func (b *model) decide() {
	p := b.anyPayment(func(p *modelPayment) bool { return !p.decided })
	who, verdict := b.who(), rapid.SampledFrom([]string{"verified", "verified", "rejected"}).Draw(b.T, "verdict")
	answer := b.h.As(who).Update("payments", p.id, body{"status": verdict})
	again := p.decided && p.counts == (verdict == "verified") // sets the status it already has
	allowed := hasRole(who, "accountant", "admin") &&
		(again || !p.decided && (!p.twoPersons || verdict == "rejected" || who != p.by))
	if !b.expect(verdict+" by "+who, answer, allowed) || again {
		return
	}
	p.decided, p.counts = true, verdict == "verified"
	switch {
	case !p.counts && p.refund:
		p.of.back -= p.amount
	case !p.counts:
		p.bill.payments--
	case p.refund:
		p.bill.paid -= p.amount
	default:
		p.bill.paid += p.amount
	}
}
