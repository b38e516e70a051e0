package patients

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzNameKey: folding a folded name changes nothing, and neither case nor space
// makes another name of it.
func FuzzNameKey(f *testing.F) {
	for _, name := range []string{"Łukasz Müller", "O’Brien", "ΣΊΣΥΦΟΣ", "İstanbul", "ﬁne", "  a \u00a0 b ", "e\u0301\u0323", "\xff\xfe", "ß ẞ", "Ǆ", "가", "Ꭱꭱ", "ᴷ"} {
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

// FuzzMRN: a number is right, and one with a single wrong digit is not.
func FuzzMRN(f *testing.F) {
	f.Add(uint32(1), byte(0), byte(1))
	f.Add(uint32(99_999_999), byte(8), byte(9))
	f.Fuzz(func(t *testing.T, n uint32, at, other byte) {
		mrn := MRN(int64(n))
		if !ValidMRN(mrn) {
			t.Errorf("%s is not right", mrn)
		}
		slip := []byte(mrn)
		slip[int(at)%len(slip)] = '0' + other%10
		if string(slip) != mrn && ValidMRN(string(slip)) {
			t.Errorf("%s is right, and so is %s", mrn, slip)
		}
	})
}

// FuzzDigits: what is dialled is the digits, in their order.
func FuzzDigits(f *testing.F) {
	f.Add("+49 (0)30 / 12-34")
	f.Add("٣\xff1")
	f.Fuzz(func(t *testing.T, phone string) {
		dialled := digits(phone)
		if strings.Trim(dialled, "0123456789") != "" || digits(dialled) != dialled || ValidMRN(phone) && dialled != phone {
			t.Errorf("%q is dialled %q", phone, dialled)
		}
	})
}
