package prescriptions

import (
	"strings"
	"testing"
)

// FuzzSameDrug checks that sameDrug is symmetric, and true for equal texts that name a drug.
func FuzzSameDrug(f *testing.F) {
	for _, pair := range [][2]string{
		{"Amoxil 500 mg (amoxicillin)", "AMOXICILLIN"}, {"Penicillin", "Penicillin V"}, {"阿莫西林", "阿莫西林胶囊"},
		{"()", ""}, {"500 mg", "mg"}, {"\u0301", "a\u0301"}, {"\xff", "\xff"}, {"ﬁ", "FI"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if sameDrug(a, b) != sameDrug(b, a) {
			t.Errorf("%q and %q are the same drug: %v, the other way round: %v", a, b, sameDrug(a, b), sameDrug(b, a))
		}
		for _, x := range []string{a, b} {
			if named := len(drugNames(x)) > 0; sameDrug(x, x) != named || named && !sameDrug(x, "  "+x+" 500 mg") {
				t.Errorf("%q is not the same drug as itself", x)
			}
		}
		for _, words := range drugNames(a) {
			for _, w := range words {
				if w == "" || strings.ContainsAny(w, " ()[]{}/,;:+&|") {
					t.Errorf("%q has the name %q", a, words)
				}
			}
		}
	})
}
