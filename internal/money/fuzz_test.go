package money

import (
	"math/big"
	"strings"
	"testing"
)

// FuzzDecimal: a formatted amount without its point is the amount.
func FuzzDecimal(f *testing.F) {
	f.Add(int64(-9223372036854775808), byte(2))
	f.Add(int64(5), byte(3))
	f.Fuzz(func(t *testing.T, amount int64, exponent byte) {
		digits := int(exponent % 5)
		text := Amount(amount).Decimal(digits)
		whole, part, pointed := strings.Cut(text, ".")
		back, ok := new(big.Int).SetString(whole+part, 10)
		if !ok || back.Cmp(big.NewInt(amount)) != 0 || pointed != (digits > 0) || len(part) != digits ||
			strings.Trim(whole, "-") == "" {
			t.Errorf("%d with %d digits is written %q", amount, digits, text)
		}
	})
}

// FuzzTimesAndPortion compares the arithmetic of bills with that of big integers.
func FuzzTimesAndPortion(f *testing.F) {
	f.Add(int64(Max), int64(1))
	f.Add(int64(1)<<62, int64(8))
	f.Add(int64(3333), int64(750))
	f.Fuzz(func(t *testing.T, amount, n int64) {
		most, product := big.NewInt(Max), new(big.Int).Mul(big.NewInt(amount), big.NewInt(n))
		fits := amount >= 0 && n >= 0
		if got, err := Amount(amount).Times(n); (err == nil) != (fits && product.Cmp(most) <= 0) ||
			err == nil && product.Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("%d times %d is %d, %v", n, amount, got, err)
		}
		scaled := new(big.Int).Mul(most, big.NewInt(10_000))
		half := new(big.Int).Div(new(big.Int).Add(product, big.NewInt(5_000)), big.NewInt(10_000))
		if got, err := Amount(amount).Portion(n); (err == nil) != (fits && product.Cmp(scaled) <= 0) ||
			err == nil && half.Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("%d basis points of %d are %d, %v", n, amount, got, err)
		}
	})
}

// FuzzShareAndAllocate: the parts of an amount add up to it, and none is above its weight,
// or below its exact share rounded down.
func FuzzShareAndAllocate(f *testing.F) {
	f.Add(uint64(100), uint64(1), uint64(1), uint64(1))
	f.Add(uint64(Max), uint64(Max), uint64(0), uint64(7))
	f.Fuzz(func(t *testing.T, amount, a, b, c uint64) {
		weights := []Amount{Amount(a % (Max + 1)), Amount(b % (Max + 1)), Amount(c % (Max + 1))}
		whole := weights[0] + weights[1] + weights[2]
		m := Amount(amount % uint64(whole+1))
		var sum Amount
		for i, part := range m.Allocate(weights) {
			sum += part
			exact := new(big.Int).Mul(big.NewInt(int64(m)), big.NewInt(int64(weights[i])))
			if whole > 0 {
				exact.Div(exact, big.NewInt(int64(whole)))
			}
			if least := Amount(exact.Int64()); part < least || part > least+1 || part > weights[i] {
				t.Errorf("of %d by %v the part %d is %d, at least %d", m, weights, i, part, least)
			}
			if share := m.Share(weights[i], whole); share < Amount(exact.Int64()) || share > Amount(exact.Int64())+1 ||
				share > m {
				t.Errorf("the share of %d of %d in %d is %d", weights[i], whole, m, share)
			}
		}
		if sum != m && whole > 0 {
			t.Errorf("%d by %v adds up to %d", m, weights, sum)
		}
	})
}
