package billing

import (
	"testing"

	"hospital/internal/money"
)

// FuzzAllocateDiscount checks that a discount is divided to the unit, that no line becomes
// negative, and that the sums match the lines.
func FuzzAllocateDiscount(f *testing.F) {
	f.Add(uint32(3), uint64(3_333), uint16(750), uint32(1), uint64(99), uint16(0), uint64(1_000))
	f.Add(uint32(1), uint64(0), uint16(10_000), uint32(0), uint64(1), uint16(1), uint64(1))
	makeLine := func(n uint32, unit uint64, tax uint16) line {
		return line{
			Quantity: int64(n % 1000), Unit: money.Amount(unit % (money.Max / 10_000)), TaxBP: int64(tax) % 10_001,
		}
	}
	f.Fuzz(func(t *testing.T, n1 uint32, unit1 uint64, tax1 uint16, n2 uint32, unit2 uint64, tax2 uint16, d uint64) {
		lines := []line{makeLine(n1, unit1, tax1), makeLine(n2, unit2, tax2)}
		net := lines[0].net() + lines[1].net()
		discount := money.Amount(d % uint64(net+1))
		discounted, err := allocateDiscount(lines, discount)
		if err != nil {
			t.Fatalf("%+v less %d: %v", lines, discount, err)
		}
		var sums amounts
		for _, l := range discounted {
			sums.add(l)
			if l.net() < 0 || l.Tax < 0 || l.Tax > l.net() || l.Total != l.net()+l.Tax {
				t.Errorf("%+v less %d has the line %+v", lines, discount, l)
			}
		}
		if net > 0 && sums.Discount != discount || sums.Subtotal != net ||
			sums.Total != sums.Subtotal-sums.Discount+sums.Tax {
			t.Errorf("%+v less %d is %+v", lines, discount, sums)
		}
	})
}

// FuzzBalanceOf checks that balance, credited and paid amount add up to the total.
func FuzzBalanceOf(f *testing.F) {
	f.Add(uint64(5_350), uint64(0), uint64(1_000))
	f.Add(uint64(100), uint64(100), uint64(0))
	f.Fuzz(func(t *testing.T, n, c, p uint64) {
		total := money.Amount(n % money.Max)
		credited, paid := money.Amount(c%uint64(total+1)), money.Amount(p%uint64(total+1))
		balance, status := balanceOf(total, credited, paid)
		open := status == Unpaid || status == PartiallyPaid
		if balance+credited+paid != total || (balance > 0) != open || status == Unpaid && paid > 0 {
			t.Errorf("balanceOf(%d, %d, %d) = %d, %s", total, credited, paid, balance, status)
		}
	})
}
