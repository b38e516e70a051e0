package pdf

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLinesAreDrawnInVisualOrder checks the glyphs from left to right, with Arabic letters joined.
func TestLinesAreDrawnInVisualOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Zoë Müller":              "Zoë Müller",
		"Nguyễn Thị Ánh":          "Nguyễn Thị Ánh",
		"Ελένη, Наталья":          "Ελένη, Наталья",
		"a\u0301 b":               "á b",
		"عبد الله":                "\ufeea\ufee0\ufedf\ufe8d \ufeaa\ufe92\ufecb",
		"لا":                      "\ufefb",
		"Patient: عبد, born 1990": "Patient: \ufeaa\ufe92\ufecb, born 1990",
		"عبد (ID 42) x":           "x (ID 42) \ufeaa\ufe92\ufecb",
		"a عبد 42 لا b":           "a \ufefb 42 \ufeaa\ufe92\ufecb b",
		"שלום 12.50":              "12.50 םולש",
		"\u200fa\u200bb":          "ab",
		"\u05e9\u05c1x":           "x\u05e9\u05c1",
		"王 😀 \ue000 मो":           "□ □ □ □□",
		"tab\tand\nline":          "tab and line",
		string([]byte{'a', 0xFF}): "a□",
		"":                        "",
	} {
		drawn, complete := regular.shape(text)
		if got := visualOrder(drawn); got != want {
			t.Errorf("%q is drawn as %q (%+[2]q), want %q", text, got, want)
		}
		if complete == strings.ContainsRune(want, placeholder) {
			t.Errorf("shape(%q) reports complete = %v", text, complete)
		}
	}
}

func TestTheSameContentGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	draw := func() []byte {
		d := New(Letterhead{
			From:  strings.Repeat("Hospital ", 12),
			Lines: []string{strings.Repeat("Street ", 40)},
			Title: "Paper", Notice: "VOID",
		}, time.Unix(0, 0))
		d.Facts(Fact{"Name", strings.Repeat("x", 500)}, Fact{"Empty", " "}, Fact{"Other", "y"})
		d.Heading("Rows")
		rows := slices.Repeat([][]string{{strings.Repeat("W", 300), "-100000000000.00"}}, 60)
		d.Table([]Column{{Name: "What"}, {Name: "Amount", Width: 10, Number: true}}, rows)
		d.Sums(Sum{Name: "Total", Amount: "1.00", Bold: true})
		content, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	first := draw()
	if !bytes.Equal(first, draw()) {
		t.Error("the same content gave different bytes")
	}
	if pages := bytes.Count(first, []byte("/Type /Page\n")); pages < 5 {
		t.Errorf("the document has %d pages, want at least 5", pages)
	}
}

// FuzzText checks that every text can be drawn, and that reordering loses no character.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		"عبد (ID 42) x", "שלום [12.50] %€", "a\u0301\u0302", "(((]", "ـلا\u064e",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		drawn, _ := bold.shape(text)
		letters := func(text string) []rune {
			all := []rune(text)
			for i, r := range all {
				all[i] = min(r, mirror(r)) // a bracket may have been mirrored
			}
			slices.Sort(all)
			return all
		}
		if !slices.Equal(letters(drawn), letters(visualOrder(drawn))) {
			t.Errorf("%q became %q", drawn, visualOrder(drawn))
		}
		d := New(Letterhead{From: text, Title: text, Notice: text}, time.Unix(0, 0))
		d.Facts(Fact{text, text})
		if _, err := d.Bytes(); err != nil {
			t.Error(err)
		}
	})
}
