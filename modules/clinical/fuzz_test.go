package clinical

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// FuzzNormalizeCode: a code that is taken is taken as it is then, and is none but that.
func FuzzNormalizeCode(f *testing.F) {
	for _, text := range []string{"J45.0", " j450 ", "A00", "U07.1", "J45.", "é00", "ſ00", "J4５.0", "A00.00000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := normalizeCode(text)
		if !ok {
			return
		}
		if again, ok := normalizeCode(code); !ok || again != code {
			t.Errorf("%q is the code %q, and that %q", text, code, again)
		}
		if len(code) > 10 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") != "" || !strings.EqualFold(strings.ReplaceAll(code, ".", ""), strings.ReplaceAll(strings.TrimSpace(text), ".", "")) {
			t.Errorf("%q is taken as %q", text, code)
		}
	})
}

// FuzzParseLine: a line is a code and a title, or it is said why not.
func FuzzParseLine(f *testing.F) {
	f.Add("J45.0", " Asthma ")
	f.Add("x", "")
	f.Add("A00", "\xff")
	f.Fuzz(func(t *testing.T, code, title string) {
		seen := map[string]int{}
		e, why := parseLine([]string{code, title, "more"}, seen)
		if (why == "") != (e.code != "" && e.title != "") {
			t.Errorf("%q,%q is %+v, %q", code, title, e, why)
		}
		if why != "" {
			return
		}
		seen[e.code] = 1
		if _, why := parseLine([]string{code, title}, seen); why == "" {
			t.Errorf("%q is taken twice", code)
		}
	})
}

// FuzzDetectFileType: what the hospital keeps is what a browser takes it for.
func FuzzDetectFileType(f *testing.F) {
	for _, content := range []string{"%PDF-1.7\n%%EOF", "\xff\xd8\xff\xe0\xff\xd9", "\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xaeB`\x82", "plain text", "a\n<svg", "PK\x03\x04", "GIF89a", "%!PS-Adobe", "\xef\xbb\xbftext",
		strings.Repeat("\x00", 128) + "DICM", "II*\x00" + strings.Repeat("\x00", 124) + "DICM"} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		kind, ok := detectFileType(content)
		if !ok {
			return
		}
		sniffed := http.DetectContentType(content)
		if kind.extension == ".dcm" { // which browsers do not know
			if strings.Contains(sniffed, "html") || strings.Contains(sniffed, "xml") {
				t.Errorf("%.80q is %s, and a browser takes it for %s", content, kind.contentType, sniffed)
			}
			return
		}
		if kind.extension != ".txt" && sniffed != kind.contentType || kind.extension == ".txt" && strings.Contains(sniffed, "html") {
			t.Errorf("%.80q is %s, and a browser takes it for %s", content, kind.contentType, sniffed)
		}
		if bytes.Contains(bytes.ToLower(content), []byte("<script")) {
			t.Errorf("%.80q holds a script", content)
		}
	})
}

// FuzzContainsFold holds the search for markers against a slow one.
func FuzzContainsFold(f *testing.F) {
	f.Add([]byte("a<<SCRipt"))
	f.Add([]byte("<sc\xffript"))
	f.Fuzz(func(t *testing.T, content []byte) {
		slow := false
		for i := range content {
			slow = slow || len(content)-i >= len("<script") && strings.EqualFold(string(content[i:i+len("<script")]), "<script")
		}
		if got := containsFold(content, "<script"); got != slow {
			t.Errorf("%q has it: %v, should be %v", content, got, slow)
		}
	})
}
