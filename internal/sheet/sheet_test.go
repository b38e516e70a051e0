package sheet

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
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

// A table that is longer than a sheet goes on in another one, with the header again.
func TestATableThatIsTooLongForASheetGoesOn(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a million rows")
	}
	var file bytes.Buffer
	b := newXLSX(&file)
	for i := range maxRows + 5 {
		if err := b.write([]any{i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Sheet2")
	if err != nil || len(rows) != 6 || rows[0][0] != "0" || rows[1][0] != strconv.Itoa(maxRows) {
		t.Errorf("the second sheet has %v (%v)", rows, err)
	}
}

// Any text is read back, by a library that shares no code with this package.
func FuzzWorkbook(f *testing.F) {
	for _, text := range []string{"", " a ", "<&>\"'", "=1+1", "\x00\x0b\ufffe", "line\r\nline\ttab", "_x0041_", "عبد 🏥"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var file bytes.Buffer
		b := newXLSX(&file)
		for range 2 {
			if err := b.write([]any{text, 5, Number("1.50"), Day(time.Date(2030, 2, 28, 0, 0, 0, 0, time.UTC))}); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.close(); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(&file)
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		rows, err := book.GetRows("Sheet1")
		if err != nil || len(rows) != 2 || rows[1][1] != "5" || rows[1][2] != "1.50" || rows[1][3] != "2030-02-28" {
			t.Fatalf("%q (%v)", rows, err)
		}
		clean := strings.Map(func(r rune) rune {
			if r == 0xfffd || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
				return 0xfffd
			}
			return r
		}, cut(strings.ToValidUTF8(text, "\ufffd")))
		if got := strings.ToValidUTF8(rows[1][0], "\ufffd"); utf8.ValidString(text) && got != clean {
			t.Errorf("%q is read as %q", text, got)
		}
	})
}
