package kit_test

import (
	"testing"

	"hospital/modules/kit"
)

func TestMoneyIsWrittenWithItsCurrency(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount   kit.Money
		currency string
		exponent int
		want     string
	}{{1230, "EUR", 2, "EUR 12.30"}, {5, "EUR", 2, "EUR 0.05"}, {0, "EUR", 2, "EUR 0.00"}, {-5, "EUR", 2, "EUR -0.05"}, {1500, "JPY", 0, "JPY 1500"}, {1234, "KWD", 3, "KWD 1.234"}, {-9_223_372_036_854_775_808, "USD", 2, "USD -92233720368547758.08"}} {
		if got := c.amount.Format(c.currency, c.exponent); got != c.want {
			t.Errorf("%d of %s is written %q, want %q", c.amount, c.currency, got, c.want)
		}
	}
}

func TestAPortionIsRoundedHalfUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, points, want int64
	}{{3333, 750, 250}, {5, 1000, 1}, {4, 1000, 0}, {10_000, 700, 700}, {kit.MaxMinor, 10_000, kit.MaxMinor}, {0, 10_000, 0}, {1, 5000, 1}} {
		if got, err := kit.Money(c.amount).Portion(c.points); err != nil || int64(got) != c.want {
			t.Errorf("%d basis points of %d are %d (%v), want %d", c.points, c.amount, got, err, c.want)
		}
	}
	for _, amount := range []kit.Money{-1, kit.MaxMinor + 1, 1 << 62} {
		if got, err := amount.Portion(10_000); err == nil {
			t.Errorf("all of %d is %d", amount, got)
		}
	}
}
