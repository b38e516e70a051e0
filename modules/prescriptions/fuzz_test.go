package prescriptions

import (
	"strings"
	"testing"
)

// FuzzSameDrug: a drug is like itself, and like another as the other is like it,
// however both are written.
func FuzzSameDrug(f *testing.F) {
	for _, pair := range [][2]string{{"Amoxil 500 mg (amoxicillin)", "AMOXICILLIN"}, {"Penicillin", "Penicillin V"}, {"阿莫西林", "阿莫西林胶囊"}, {"()", ""}, {"500 mg", "mg"}, {"\u0301", "a\u0301"}, {"\xff", "\xff"}, {"ﬁ", "FI"}} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if sameDrug(a, b) != sameDrug(b, a) {
			t.Errorf("%q is like %q: %v, and the other way round %v", a, b, sameDrug(a, b), sameDrug(b, a))
		}
		for _, x := range []string{a, b} {
			if named := len(drugNames(x)) > 0; sameDrug(x, x) != named || named && !sameDrug(x, "  "+x+" 500 mg") {
				t.Errorf("%q is not like itself", x)
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
