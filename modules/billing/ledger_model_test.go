package billing_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"pgregory.net/rapid"

	"hospital/internal/hospitaltest"
)

// modelBill is a bill as an accountant would keep it on paper.
type modelBill struct {
	id                    string
	visit, draft, void    bool
	total, credited, paid int
	discounted            bool
	payments              int // without rejected ones
}

// modelPayment is a payment or a refund.
type modelPayment struct {
	id                      string
	bill                    *modelBill
	of                      *modelPayment // of a refund
	amount, back            int           // back is the sum of its refunds that are not rejected
	by                      string
	decided, counts, refund bool // counts: it is not rejected
	twoPersons              bool // another person verifies it
}

// model is what the bills and payments should be, and the hospital to compare with.
type model struct {
	*rapid.T
	h        *hospitaltest.Hospital
	now      time.Time
	bills    []*modelBill
	payments []*modelPayment
}

// accounts try every step; accountants and admins more often, as they may do most.
var accounts = []string{
	"patient1", "doctor1", "nurse1", "receptionist1",
	"accountant1", "accountant2", "admin1", "admin2", "accountant1", "accountant2",
}

func hasRole(who string, roles ...string) bool {
	for _, role := range roles {
		if strings.HasPrefix(who, role) {
			return true
		}
	}
	return false
}

func (b *model) who() string { return rapid.SampledFrom(accounts).Draw(b.T, "who") }

// expect fails unless a request succeeded exactly if it is allowed. It returns allowed.
func (b *model) expect(what string, answer hospitaltest.Response, allowed bool) bool {
	b.Helper()
	if done := answer.Status == http.StatusOK; done != allowed || answer.Status >= 500 {
		b.Fatalf("%s answered %d %s, allowed: %v", what, answer.Status, answer.Raw, allowed)
	}
	return allowed
}

func (b *model) anyBill() *modelBill {
	if len(b.bills) == 0 {
		b.Skip("there is no bill yet")
	}
	return rapid.SampledFrom(b.bills).Draw(b.T, "bill")
}

// amount draws an amount, most often one within the limit.
func (b *model) amount(fits int) int {
	if rapid.IntRange(0, 4).Draw(b.T, "whole") == 0 && fits > 0 {
		return fits
	}
	return rapid.IntRange(1, max(fits, 1)+2).Draw(b.T, "amount")
}

func (o *modelBill) open() int { return o.total - o.credited - o.paid }

func (o *modelBill) issued() bool { return !o.draft && !o.void } // a draft can be void, too

func (o *modelBill) status() string {
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

// pending is the sum of the pending payments of a bill.
func (b *model) pending(o *modelBill) (sum int) {
	for _, p := range b.payments {
		if p.bill == o && !p.decided && !p.refund {
			sum += p.amount
		}
	}
	return sum
}

func withTax(unit, quantity, bp int) int { return unit*quantity + (unit*quantity*bp+5_000)/10_000 }

// anyPayment draws a payment, most often one that fits.
func (b *model) anyPayment(fits func(*modelPayment) bool) *modelPayment {
	var some []*modelPayment
	for _, p := range b.payments {
		if fits(p) {
			some = append(some, p)
		}
	}
	if len(some) == 0 || rapid.IntRange(0, 3).Draw(b.T, "any") == 0 {
		some = b.payments
	}
	if len(some) == 0 {
		b.Skip("there is no payment yet")
	}
	return rapid.SampledFrom(some).Draw(b.T, "payment")
}

// compare checks every bill and the statement against the model.
func (b *model) compare(before int) {
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
				b.Fatalf("%s: %s is %s, want %v", r.GetString("number"), field, got, want)
			}
		}
	}
	statement := get(b.h, "accountant1",
		"patients/"+id("pat1")+"/statement?from="+b.now.AddDate(0, 0, -30).Format(time.DateOnly)).OK(b)
	if statement.Int("closing_minor") != int64(sum) {
		b.Fatalf("the closing balance of the statement is %d, want %d", statement.Int("closing_minor"), sum)
	}
}
