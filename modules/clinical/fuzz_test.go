package clinical

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// FuzzNormalizeCode checks that a normalized code is stable, and only adds a point and upper case.
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
			t.Errorf("%q is normalized to %q, and that to %q", text, code, again)
		}
		withoutPoint := strings.NewReplacer(".", "")
		if len(code) > 10 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") != "" ||
			!strings.EqualFold(withoutPoint.Replace(code), withoutPoint.Replace(strings.TrimSpace(text))) {
			t.Errorf("%q is normalized to %q", text, code)
		}
	})
}

// FuzzParseLine checks that a line has a code and a title, or a reason why it is invalid.
func FuzzParseLine(f *testing.F) {
	f.Add("J45.0", " Asthma ")
	f.Add("x", "")
	f.Add("A00", "\xff")
	f.Fuzz(func(t *testing.T, code, title string) {
		lineOf := map[string]int{}
		l, reason := parseLine(ICD10, []string{code, title, "more"}, lineOf)
		if (reason == "") != (l.code != "" && l.title != "") {
			t.Errorf("%q,%q is %+v, %q", code, title, l, reason)
		}
		if reason != "" {
			return
		}
		lineOf[l.code] = 1
		if _, reason := parseLine(ICD10, []string{code, title}, lineOf); reason == "" {
			t.Errorf("%q is accepted twice", code)
		}
	})
}

// FuzzDetectFileType checks that a browser detects the same type, and that no file has a script.
func FuzzDetectFileType(f *testing.F) {
	for _, content := range []string{
		"%PDF-1.7\n%%EOF", "\xff\xd8\xff\xe0\xff\xd9", "\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xaeB`\x82",
		"plain text", "a\n<svg", "PK\x03\x04", "GIF89a", "%!PS-Adobe", "\xef\xbb\xbftext",
		strings.Repeat("\x00", 128) + "DICM", "II*\x00" + strings.Repeat("\x00", 124) + "DICM",
	} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		detected, ok := detectFileType(content)
		if !ok {
			return
		}
		sniffed := http.DetectContentType(content)
		wrong := sniffed != detected.contentType
		switch detected.extension {
		case ".dcm": // browsers do not know it
			wrong = strings.Contains(sniffed, "html") || strings.Contains(sniffed, "xml")
		case ".txt":
			wrong = strings.Contains(sniffed, "html")
		}
		if wrong {
			t.Errorf("%.80q is %s, but a browser detects %s", content, detected.contentType, sniffed)
		}
		if detected.extension == ".dcm" {
			return
		}
		if bytes.Contains(bytes.ToLower(content), []byte("<script")) {
			t.Errorf("%.80q has a script", content)
		}
	})
}

// FuzzContainsFold compares containsFold with a slow search.
func FuzzContainsFold(f *testing.F) {
	f.Add([]byte("a<<SCRipt"))
	f.Add([]byte("<sc\xffript"))
	f.Fuzz(func(t *testing.T, content []byte) {
		slow := false
		for i := range content {
			slow = slow || len(content)-i >= len("<script") && strings.EqualFold(string(content[i:i+len("<script")]), "<script")
		}
		if got := containsFold(content, "<script"); got != slow {
			t.Errorf("%q: got %v, want %v", content, got, slow)
		}
	})
}
