package sheet

import (
	"strings"
	"testing"
)

func TestFormulasAreEscaped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Zoë": "Zoë", "12.50": "12.50", "a=1": "a=1", "'quoted'": "'quoted'",
		"=1+1": "'=1+1", "+49 30": "'+49 30", "-1": "'-1", "@A1": "'@A1", "|x": "'|x", "%x": "'%x",
		"＝1": "'＝1", "－1": "'－1",
		"\t=1": "'\t=1", "\u2003=1": "'\u2003=1", "\tx": "'\tx", "\r=1": "'\r=1", "\n=1": "'\n=1",
		" =1": "' =1", "\u00a0=1": "'\u00a0=1", "\u200b=1": "'\u200b=1", `"=1`: `'"=1`, "'=1": "''=1",
	} {
		if got := escapeFormula(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func FuzzEscapeFormula(f *testing.F) {
	f.Add(" \u00a0=cmd")
	f.Fuzz(func(t *testing.T, text string) {
		got := escapeFormula(text)
		if strings.TrimPrefix(got, "'") != text && got != text {
			t.Errorf("%q became %q", text, got)
		}
		if start := strings.TrimSpace(got); start != "" && strings.ContainsRune("=+-@", rune(start[0])) {
			t.Errorf("%q is a formula", got)
		}
	})
}
