package billing_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"pgregory.net/rapid"

	"hospital/internal/hospitaltest"
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

func (o *owed) open() int { return o.total - o.credited - o.paid }

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
