package patients

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzNameKey checks that folding is idempotent and ignores case and spaces.
func FuzzNameKey(f *testing.F) {
	for _, name := range []string{"Łukasz Müller", "O’Brien", "ΣΊΣΥΦΟΣ", "İstanbul", "ﬁne", "  a \u00a0 b ",
		"e\u0301\u0323", "\xff\xfe", "ß ẞ", "Ǆ", "가", "Ꭱꭱ", "ᴷ"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key := NameKey(name)
		if again := NameKey(key); again != key {
			t.Errorf("%q is folded to %q, and that to %q", name, key, again)
		}
		if spaced := NameKey("  " + strings.Join(strings.Fields(name), "   ") + "\t"); spaced != key {
			t.Errorf("%q is folded to %q, with spaces to %q", name, key, spaced)
		}
		if utf8.ValidString(name) && !utf8.ValidString(key) {
			t.Errorf("%q is folded to %q", name, key)
		}
	})
}

// FuzzMRN checks that a number with a single wrong digit has a wrong check digit.
func FuzzMRN(f *testing.F) {
	f.Add(uint32(1), byte(0), byte(1))
	f.Add(uint32(99_999_999), byte(8), byte(9))
	f.Fuzz(func(t *testing.T, n uint32, at, other byte) {
		mrn := MRN(int64(n))
		slip := []byte(mrn)
		slip[int(at)%len(slip)] = '0' + other%10
		given, err := strconv.ParseInt(string(slip[:len(slip)-1]), 10, 64)
		if err != nil || string(slip) != mrn && MRN(given) == string(slip) {
			t.Errorf("both %s and %s are valid (%v)", mrn, slip, err)
		}
	})
}

// FuzzDigits checks that only digits are left, in their order.
func FuzzDigits(f *testing.F) {
	f.Add("+49 (0)30 / 12-34")
	f.Add("٣\xff1")
	f.Add("123456")
	f.Fuzz(func(t *testing.T, phone string) {
		dialled := digits(phone)
		onlyDigits := func(text string) bool { return strings.Trim(text, "0123456789") == "" }
		if !onlyDigits(dialled) || digits(dialled) != dialled || onlyDigits(phone) && dialled != phone {
			t.Errorf("%q is dialled %q", phone, dialled)
		}
	})
}
