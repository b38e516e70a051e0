package notices

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzCut: the beginning of a text is its beginning, in whole characters.
func FuzzCut(f *testing.F) {
	f.Add("Übelkeit", 3)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, most int) {
		most = max(most, -most, 0) % 1000
		got := cut(text, most)
		if utf8.RuneCountInString(got) > most || utf8.ValidString(text) && !strings.HasPrefix(text, got) || utf8.RuneCountInString(text) <= most && utf8.ValidString(text) && got != text {
			t.Errorf("of %q the first %d are %q", text, most, got)
		}
	})
}
