package money

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFormatWritesCurrencyAndDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount   Amount
		currency string
		exponent int
		want     string
	}{
		{1230, "EUR", 2, "EUR 12.30"},
		{5, "EUR", 2, "EUR 0.05"},
		{0, "EUR", 2, "EUR 0.00"},
		{-5, "EUR", 2, "EUR -0.05"},
		{1500, "JPY", 0, "JPY 1500"},
		{1234, "KWD", 3, "KWD 1.234"},
		{-9_223_372_036_854_775_808, "USD", 2, "USD -92233720368547758.08"},
	} {
		if got := c.amount.Format(c.currency, c.exponent); got != c.want {
			t.Errorf("%d of %s is formatted %q, want %q", c.amount, c.currency, got, c.want)
		}
	}
}

func TestPortionIsRoundedHalfUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, points, want int64
	}{
		{3333, 750, 250}, {5, 1000, 1}, {4, 1000, 0}, {10_000, 700, 700},
		{Max, 10_000, Max}, {0, 10_000, 0}, {1, 5000, 1},
	} {
		if got, err := Amount(c.amount).Portion(c.points); err != nil || int64(got) != c.want {
			t.Errorf("%d basis points of %d are %d (%v), want %d", c.points, c.amount, got, err, c.want)
		}
	}
	for _, amount := range []Amount{-1, Max + 1, 1 << 62} {
		if got, err := amount.Portion(10_000); err == nil {
			t.Errorf("all of %d is %d", amount, got)
		}
	}
}

func TestTimesRefusesNegativeAndTooLargeAmounts(t *testing.T) {
	t.Parallel()
	if got, err := Amount(3_333).Times(3); err != nil || got != 9_999 {
		t.Errorf("three times 33.33 is %d (%v)", got, err)
	}
	for _, c := range []struct {
		amount Amount
		n      int64
	}{{Max, 2}, {1 << 62, 4}, {-1, 1}, {1, -1}, {2, 1<<63 - 1}} {
		if got, err := c.amount.Times(c.n); err == nil {
			t.Errorf("%d times %d is %d", c.n, c.amount, got)
		}
	}
}

func TestShareIsRoundedHalfUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, part, whole, want Amount }{
		{350, 5350, 5350, 350}, {350, 2675, 5350, 175}, {1, 1, 2, 1}, {1, 1, 3, 0}, {0, 1, 1, 0}, {1, 0, 0, 0},
		{Max, Max, Max, Max},
	} {
		if got := c.amount.Share(c.part, c.whole); got != c.want {
			t.Errorf("of %d, the share of %d of %d is %d, want %d", c.amount, c.part, c.whole, got, c.want)
		}
	}
}

func TestAllocatedPartsAddUpAndStayWithinTheirWeights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64Range(0, Max))
		var weights []Amount
		var whole Amount
		for _, w := range rapid.SliceOfN(amount, 1, 20).Draw(t, "weights") {
			weights = append(weights, Amount(w))
			whole += Amount(w)
		}
		total := Amount(rapid.Int64Range(0, int64(whole)).Draw(t, "total"))
		var sum Amount
		for i, part := range total.Allocate(weights) {
			sum += part
			if part < 0 || part > weights[i] {
				t.Fatalf("part %[3]d of %[1]d by %[2]v is %[4]d", total, weights, i, part)
			}
		}
		if sum != total {
			t.Fatalf("the parts of %d by %v add up to %d", total, weights, sum)
		}
	})
}

func TestKnownCurrenciesAndTheirExponents(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]int{
		"JPY": 0, "UYI": 0, "VND": 0, "EUR": 2, "USD": 2, "XCG": 2, "BHD": 3, "KWD": 3, "CLF": 4, "UYW": 4,
	} {
		if got := ExponentOf(currency); got != want || !Known(currency) {
			t.Errorf("ExponentOf(%s) = %d, want %d; known: %v", currency, got, want, Known(currency))
		}
	}
	for _, code := range []string{"", "ZZZ", "eur", "EURO", "XXX", "XTS", "XAU", "DEM", "HRK", "BGN", "ANG"} {
		if Known(code) {
			t.Errorf("Known(%q) = true, want false", code)
		}
	}
	if got := ExponentOf("DEM"); got != 2 {
		t.Errorf("a withdrawn currency has %d digits", got)
	}
}

func TestTheListOfCurrenciesIsWellFormed(t *testing.T) {
	t.Parallel()
	codes := 0
	for exponent, list := range currencies {
		for code := range strings.FieldsSeq(list) {
			codes++
			if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || exponent > MaxExponent {
				t.Errorf("%q with %d digits", code, exponent)
			}
		}
	}
	if codes != len(exponents) {
		t.Errorf("of %d codes, %d are different", codes, len(exponents))
	}
}
