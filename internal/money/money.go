// Package money calculates with amounts in minor units of a currency.
package money

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Amount is an amount of money in minor units of a currency, such as cents.
type Amount int64

// Max is the largest amount a field can hold. It is below 2^53, so that JSON numbers are
// exact.
const Max = 10_000_000_000_000

// Format writes an amount with its currency, "EUR 12.30".
func (m Amount) Format(currency string, exponent int) string {
	return currency + " " + m.Decimal(exponent)
}

// Decimal writes an amount with its decimal point, "12.30". The exponent is the number of
// decimals: 0 for JPY, 2 for EUR, 3 for KWD.
func (m Amount) Decimal(exponent int) string {
	sign, digits := "", strconv.FormatInt(int64(m), 10)
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if exponent == 0 {
		return sign + digits
	}
	if missing := exponent + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - exponent
	return sign + digits[:point] + "." + digits[point:]
}

// Times multiplies an amount. A negative factor or a product above Max is an error.
func (m Amount) Times(n int64) (Amount, error) {
	hi, lo := bits.Mul64(uint64(m), uint64(n)) // #nosec G115 -- signs are checked below
	if m < 0 || n < 0 || hi != 0 || lo > Max {
		return 0, fmt.Errorf("%d times %d exceeds the largest amount", n, m)
	}
	return Amount(lo), nil // #nosec G115 -- at most Max
}

// Portion is a share of an amount in basis points (100 is 1 %), rounded half up.
func (m Amount) Portion(basisPoints int64) (Amount, error) {
	hi, lo := bits.Mul64(uint64(m), uint64(basisPoints)) // #nosec G115 -- signs are checked below
	if m < 0 || basisPoints < 0 || hi != 0 || lo > Max*10_000 {
		return 0, fmt.Errorf("%d basis points of %d exceed the largest amount", basisPoints, m)
	}
	return Amount((lo + 5_000) / 10_000), nil // #nosec G115 -- at most Max
}

// Share is m * part / whole, rounded half up: of the tax of a line, the tax of a part of its
// total. part is at most whole, and all three are amounts.
func (m Amount) Share(part, whole Amount) Amount {
	if whole == 0 {
		return 0
	}
	quotient, rest := mulDiv(m, part, whole)
	if rest >= whole-rest {
		quotient++
	}
	return quotient
}

// Allocate divides an amount by weights so that the parts add up to it exactly. Each part is
// rounded down; the units that remain go to the largest remainders, the first of equal ones.
// If the amount is at most the sum of the weights, no part exceeds its weight.
func (m Amount) Allocate(weights []Amount) []Amount {
	var whole, given Amount
	for _, w := range weights {
		whole += w
	}
	parts, rests, order := make([]Amount, len(weights)), make([]Amount, len(weights)), make([]int, len(weights))
	if whole == 0 {
		return parts
	}
	for i, w := range weights {
		parts[i], rests[i] = mulDiv(m, w, whole)
		given += parts[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rests[b], rests[a]) })
	for _, i := range order[:m-given] {
		parts[i]++
	}
	return parts
}

// mulDiv is m * part / whole, rounded down, and the remainder. The product may exceed 64
// bits; the results do not.
func mulDiv(m, part, whole Amount) (quotient, rest Amount) {
	hi, lo := bits.Mul64(uint64(m), uint64(part)) // #nosec G115 -- amounts are not negative
	q, r := bits.Div64(hi, lo, uint64(whole))     // #nosec G115 -- nor is the sum of amounts
	return Amount(q), Amount(r)                   // #nosec G115 -- at most m, and less than the whole
}
