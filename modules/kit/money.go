package kit

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Money is an amount in minor units of the hospital's currency.
type Money int64

// Format writes an amount with its currency, "EUR 12.30". The exponent is how
// many digits stand behind the point: 0 for JPY, 2 for EUR, 3 for KWD.
func (m Money) Format(currency string, exponent int) string {
	sign, digits := "", strconv.FormatInt(int64(m), 10)
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if exponent == 0 {
		return currency + " " + sign + digits
	}
	if missing := exponent + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - exponent
	return currency + " " + sign + digits[:point] + "." + digits[point:]
}

// Portion is a part in basis points (1 % is 100), rounded half up.
func (m Money) Portion(basisPoints int64) (Money, error) {
	hi, lo := bits.Mul64(uint64(m), uint64(basisPoints))
	if m < 0 || basisPoints < 0 || hi != 0 || lo > MaxMinor*10_000 {
		return 0, fmt.Errorf("%d basis points of %d exceed the largest amount", basisPoints, m)
	}
	return Money((lo + 5_000) / 10_000), nil
}
