package outbox

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzCut checks that the result is the beginning of the text, in whole characters.
func FuzzCut(f *testing.F) {
	f.Add("Übelkeit", 3)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, n int) {
		n = max(n, -n, 0) % 1000
		got := cut(text, n)
		if utf8.RuneCountInString(got) > n || utf8.ValidString(text) && !strings.HasPrefix(text, got) ||
			utf8.RuneCountInString(text) <= n && utf8.ValidString(text) && got != text {
			t.Errorf("of %q the first %d are %q", text, n, got)
		}
	})
}
