package calendar_test

import (
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"hospital/internal/calendar"
)

// FuzzText checks that a calendar with any text has lines of at most 75 octets, one event, and the text.
func FuzzText(f *testing.F) {
	for _, text := range append(texts, "\r\nBEGIN:VALARM\r", "\x00\x1b[31m", "\xff\xfe", "\u0085\u2028") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := visit(time.Date(2030, time.May, 2, 9, 0, 0, 0, time.UTC))
		e.Summary, e.Location, e.URL = text, text, text
		e.Attendee = mail.Address{Name: text, Address: text}
		written := string(calendar.Request(e))
		lines, found := strings.CutSuffix(written, "\r\n")
		if !found || !utf8.ValidString(written) {
			t.Fatalf("%q", written)
		}
		for line := range strings.SplitSeq(lines, "\r\n") {
			if len(line) > 75 || strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
				t.Fatalf("line %q", line)
			}
		}
		unfolded := strings.Split(strings.ReplaceAll(lines, "\r\n ", ""), "\r\n")
		if summary := valueOf(t, unfolded, "SUMMARY"); summary != expected(text) {
			t.Errorf("%q became %q", text, summary)
		}
		valueOf(t, unfolded, "BEGIN:VEVENT")
		valueOf(t, unfolded, "UID")
	})
}

// valueOf returns the value of the one property with a name.
func valueOf(t *testing.T, lines []string, property string) (value string) {
	t.Helper()
	count := 0
	for _, line := range lines {
		if rest, found := strings.CutPrefix(line, property); found {
			value, count = strings.TrimPrefix(rest, ":"), count+1
		}
	}
	if count != 1 {
		t.Fatalf("%d lines %s", count, property)
	}
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\;`, ";", `\,`, ",").Replace(value)
}

// expected is a text without what a calendar cannot have.
func expected(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, text)
}
