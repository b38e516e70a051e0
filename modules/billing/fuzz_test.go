package billing

import (
	"testing"

	"hospital/internal/money"
)

// FuzzAllocateDiscount: a discount on all lines is divided to the unit, no line is worth
// less than nothing, and what is added up is what stands in the lines.
func FuzzAllocateDiscount(f *testing.F) {
	f.Add(uint32(3), uint64(3_333), uint16(750), uint32(1), uint64(99), uint16(0), uint64(1_000))
	f.Add(uint32(1), uint64(0), uint16(10_000), uint32(0), uint64(1), uint16(1), uint64(1))
	f.Fuzz(func(t *testing.T, n1 uint32, unit1 uint64, tax1 uint16, n2 uint32, unit2 uint64, tax2 uint16, off uint64) {
		lines := []line{{Quantity: int64(n1 % 1000), Unit: money.Amount(unit1 % (money.Max / 10_000)),
			TaxBP: int64(tax1) % 10_001},
			{Quantity: int64(n2 % 1000), Unit: money.Amount(unit2 % (money.Max / 10_000)),
				TaxBP: int64(tax2) % 10_001}}
		whole := lines[0].net() + lines[1].net()
		less := money.Amount(off % uint64(whole+1))
		after, err := allocateDiscount(lines, less)
		if err != nil {
			t.Fatalf("%+v less %d: %v", lines, less, err)
		}
		var a amounts
		for _, l := range after {
			a.add(l)
			if l.net() < 0 || l.Tax < 0 || l.Tax > l.net() || l.Total != l.net()+l.Tax {
				t.Errorf("%+v less %d has the line %+v", lines, less, l)
			}
		}
		if whole > 0 && a.Discount != less || a.Subtotal != whole || a.Total != a.Subtotal-a.Discount+a.Tax {
			t.Errorf("%+v less %d is %+v", lines, less, a)
		}
	})
}

// FuzzBalanceOf: what is owed, credited and paid adds up to the bill.
func FuzzBalanceOf(f *testing.F) {
	f.Add(uint64(5_350), uint64(0), uint64(1_000))
	f.Add(uint64(100), uint64(100), uint64(0))
	f.Fuzz(func(t *testing.T, total, credited, paid uint64) {
		whole := money.Amount(total % money.Max)
		back, in := money.Amount(credited%uint64(whole+1)), money.Amount(paid%uint64(whole+1))
		balance, status := balanceOf(whole, back, in)
		if balance+back+in != whole || (balance > 0) != (status == Unpaid || status == PartiallyPaid) ||
			status == Unpaid && in > 0 {
			t.Errorf("of %d, %d credited and %d paid, %d is left: %s", whole, back, in, balance, status)
		}
	})
}
