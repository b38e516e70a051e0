package money

import (
	"math/big"
	"strings"
	"testing"
)

// FuzzDecimal checks that the text without its point is the amount again.
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
			t.Errorf("Amount(%d).Decimal(%d) = %q", amount, digits, text)
		}
	})
}

// FuzzTimesAndPortion compares with arithmetic of unlimited size.
func FuzzTimesAndPortion(f *testing.F) {
	f.Add(int64(Max), int64(1))
	f.Add(int64(1)<<62, int64(8))
	f.Add(int64(3333), int64(750))
	f.Fuzz(func(t *testing.T, amount, n int64) {
		largest, product := big.NewInt(Max), new(big.Int).Mul(big.NewInt(amount), big.NewInt(n))
		fits := amount >= 0 && n >= 0
		got, err := Amount(amount).Times(n)
		if (err == nil) != (fits && product.Cmp(largest) <= 0) ||
			err == nil && product.Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("Amount(%d).Times(%d) = %d, %v", amount, n, got, err)
		}
		scaled := new(big.Int).Mul(largest, big.NewInt(10_000))
		rounded := new(big.Int).Div(new(big.Int).Add(product, big.NewInt(5_000)), big.NewInt(10_000))
		got, err = Amount(amount).Portion(n)
		if (err == nil) != (fits && product.Cmp(scaled) <= 0) ||
			err == nil && rounded.Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("Amount(%d).Portion(%d) = %d, %v", amount, n, got, err)
		}
	})
}

// FuzzShareAndAllocate checks that the parts of an amount add up to it, and that each is its
// exact share rounded down or up, and at most its weight.
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
				t.Errorf("Amount(%d).Allocate(%v)[%d] = %d, want %d or one more", m, weights, i, part, least)
			}
			share, least := m.Share(weights[i], whole), Amount(exact.Int64())
			if share < least || share > least+1 || share > m {
				t.Errorf("Amount(%d).Share(%d, %d) = %d", m, weights[i], whole, share)
			}
		}
		if sum != m && whole > 0 {
			t.Errorf("the parts of %d by %v add up to %d", m, weights, sum)
		}
	})
}
