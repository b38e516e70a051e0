package clinical_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/clinical"
)

// The smallest files of each kind.
var (
	pdfFile = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
	dcmFile = append(append(make([]byte, 128), "DICM"...), 2, 0, 0, 0, 'U', 'L', 4, 0, 0, 0, 0, 0)
	txtFile = []byte("Dear colleague,\r\n\tthank you. Grüße 😀\n")
)

func pngFile() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)))
	return b.Bytes()
}

func jpegFile() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil)
	return b.Bytes()
}

func zipFile() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	_, _ = w.Create("evil.class")
	_ = w.Close()
	return b.Bytes()
}

func with(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func letter(patient, name string, content []byte) body {
	return body{"patient": id(patient), "kind": "other", "title": "Letter", "file": hospitaltest.File{Name: name, Content: content}}
}

func TestFilesAreKnownByTheirContent(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		name    string
		content []byte
		kind    string // "" is refused
		ending  string
	}{
		{"letter.pdf", pdfFile, "application/pdf", ".pdf"},
		{"letter.html", pdfFile, "application/pdf", ".pdf"},
		{"scan.png", pngFile(), "image/png", ".png"},
		{"scan.exe", jpegFile(), "image/jpeg", ".jpg"},
		{"ct.dcm", dcmFile, "application/dicom", ".dcm"},
		{"note", txtFile, "text/plain; charset=utf-8", ".txt"},
		{"страница.html", txtFile, "text/plain; charset=utf-8", ".txt"},

		{"page.pdf", []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"), "", ""},
		{"page.txt", []byte("\n\n  <HtMl>"), "", ""},
		{"drawing.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "", ""},
		{"drawing.txt", []byte(`<?xml version="1.0"?><svg/>`), "", ""},
		{"program.pdf", with([]byte("MZ\x90\x00"), make([]byte, 100)), "", ""},
		{"program.txt", []byte("\x7fELF\x02\x01\x01"), "", ""},
		{"script.txt", []byte("#!/bin/sh\nrm -rf /\n"), "", ""},
		{"archive.pdf", zipFile(), "", ""},
		{"both.pdf", with(pdfFile, zipFile()), "", ""},
		{"both.pdf", with(pdfFile[:9], []byte("<script>alert(1)</script>"), pdfFile[9:]), "", ""},
		{"both.pdf", with([]byte("MZ"), pdfFile), "", ""},
		{"tail.pdf", with(pdfFile, []byte("alert(1)")), "", ""},
		{"both.png", with(pngFile(), zipFile()), "", ""},
		{"both.png", with(pngFile(), []byte("<?php system($_GET['c']); ?>")), "", ""},
		{"cut.png", pngFile()[:40], "", ""},
		{"both.jpg", with(jpegFile(), zipFile(), []byte("\xff\xd9")), "", ""},
		{"both.jpg", with(jpegFile(), []byte("<html>"), []byte("\xff\xd9")), "", ""},
		{"both.dcm", with([]byte("MZ"), make([]byte, 126), dcmFile[128:]), "", ""},
		{"gif.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "", ""},
		{"binary.txt", []byte("text\x00more"), "", ""},
		{"latin.txt", []byte("Gr\xfc\xdfe"), "", ""},
		{"empty.txt", nil, "", ""},
	} {
		answer := h.As("nurse1").SkipContract().Create("documents", letter("pat1", c.name, c.content))
		if c.kind == "" {
			if answer.Status != http.StatusBadRequest || answer.Code("file") == "" {
				t.Errorf("%s with %.20q: %d %s", c.name, c.content, answer.Status, answer.Raw)
			}
			continue
		}
		if answer.Status != http.StatusOK || answer.String("content_type") != c.kind || !strings.HasSuffix(answer.String("file"), c.ending) {
			t.Errorf("%s: %d %s", c.name, answer.Status, answer.Raw)
			continue
		}
		got := fetch(h, "nurse1", "documents", answer.ID(), answer.String("file"), "")
		if !bytes.Equal(got.Raw, c.content) || got.Header.Get("Content-Type") != c.kind || got.Header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s comes back as %d %v", c.name, got.Status, got.Header)
		}
	}
	h.Verify()
}

func TestALargeFileIsAFileAndOneByteMoreIsNot(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	large := bytes.Repeat([]byte("x"), clinical.MaxFileSize)
	h.As("patient1").SkipContract().Create("documents", letter("pat1", "large.txt", large)).OK(t)
	answer := h.As("patient1").SkipContract().Create("documents", letter("pat1", "large.txt", append(large, 'x')))
	if answer.Status != http.StatusBadRequest || answer.Code("file") != "validation_file_size_limit" || !strings.Contains(string(answer.Raw), "20") {
		t.Errorf("one byte more: %d %s", answer.Status, answer.Raw)
	}
}

// fetch asks for a file with an account's token; "none" has none.
func fetch(h *hospitaltest.Hospital, account, collection, record, name, query string) hospitaltest.Response {
	token := ""
	if account != "none" {
		token = h.As(account).Do(http.MethodPost, "/api/files/token", nil).String("token")
	}
	return h.As("guest").Do(http.MethodGet, "/api/files/"+collection+"/"+record+"/"+name+"?token="+token+query, nil)
}

func TestFilesAreForThoseWhoSeeTheirRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for document, readers := range map[string][]string{
		"shown1": {"patient1", "doctor1", "nurse1", "nurse2", "admin1", "admin2"},
		"kept1":  {"doctor1", "nurse1", "nurse2", "admin1", "admin2"},
	} {
		name := h.Record("documents", id(document)).GetString("file")
		for _, account := range append([]string{"none"}, hospitaltest.Accounts...) {
			want := http.StatusNotFound
			for _, reader := range readers {
				if reader == account {
					want = http.StatusOK
				}
			}
			for _, query := range []string{"", "&thumb=100x100", "&download=0", "&download=false"} {
				answer := fetch(h, account, "documents", id(document), name, query)
				if answer.Status != want {
					t.Errorf("%s asks for %s%s: %d", account, document, query, answer.Status)
				}
				if want == http.StatusOK && !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
					t.Errorf("%s is shown %s%s: %v", account, document, query, answer.Header)
				}
			}
		}
		for _, path := range []string{name, "thumbs_" + name + "/100x100_" + name, "100x100_" + name, "../" + name} {
			if answer := h.As("doctor1").SkipContract().Do(http.MethodGet, "/api/files/documents/"+id(document)+"/"+path, nil); answer.Status == http.StatusOK {
				t.Errorf("without a file token %s is given", path)
			}
		}
	}
	token, err := h.Record("users", id("patient1")).NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	name := h.Record("documents", id("shown1")).GetString("file")
	if answer := h.As("guest").Do(http.MethodGet, "/api/files/documents/"+id("shown1")+"/"+name+"?token="+token, nil); answer.Status != http.StatusNotFound {
		t.Errorf("a sign-in token opens a file: %d", answer.Status)
	}
	h.As("nurse1").Update("documents", id("shown1"), body{"visible_to_patient": false}).OK(t)
	if answer := fetch(h, "patient1", "documents", id("shown1"), name, ""); answer.Status != http.StatusNotFound {
		t.Errorf("what is not shown any more is given: %d", answer.Status)
	}
}

func TestAFileIsWrittenByThoseWhoMayAlsoInABatch(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("documents")
	name := h.Record("documents", id("kept1")).GetString("file")
	another := body{"file": hospitaltest.File{Name: "another.txt", Content: txtFile}}
	for what, answer := range map[string]hospitaltest.Response{
		"another file":        h.As("doctor1").Update("documents", id("kept1"), another),
		"another by operator": h.Operator().Update("documents", id("kept1"), another),
		"no file":             h.As("doctor1").Update("documents", id("kept1"), body{"file": ""}),
		"taking it away":      h.As("doctor1").Update("documents", id("kept1"), body{"file-": name}),
		"a name":              h.As("nurse1").Create("documents", body{"patient": id("pat1"), "kind": "other", "title": "T", "file": name}),
		"a receptionist's":    h.As("receptionist1").Create("documents", letter("pat1", "a.txt", txtFile)),
		"a stranger's":        h.As("patient2").Create("documents", letter("pat1", "a.txt", txtFile)),
		"out of care":         h.As("doctor2").Create("documents", letter("pat1", "a.txt", txtFile)),
		"a batch":             batch(h, "patient2", body{"method": "POST", "url": "/api/collections/documents/records", "body": body{"patient": id("pat1"), "kind": "other", "title": "T"}}, txtFile),
		"a batch of html":     batch(h, "patient1", body{"method": "POST", "url": "/api/collections/documents/records", "body": body{"patient": id("pat1"), "kind": "other", "title": "T"}}, []byte("<html>")),
		"a batch on another":  batch(h, "doctor1", body{"method": "PATCH", "url": "/api/collections/documents/records/" + id("kept1"), "body": body{"title": "T"}}, txtFile),
		"visible by patient":  h.As("patient1").Create("documents", body{"patient": id("pat1"), "kind": "other", "title": "T", "visible_to_patient": true, "file": hospitaltest.File{Name: "a.txt", Content: txtFile}}),
	} {
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	if after := h.Count("documents"); after != before || h.Record("documents", id("kept1")).GetString("file") != name {
		t.Errorf("there were %d documents, now there are %d", before, after)
	}
	batch(h, "patient1", body{"method": "POST", "url": "/api/collections/documents/records", "body": body{"patient": id("kid1"), "kind": "other", "title": "T"}}, txtFile).OK(t)
	if made := h.As("patient1").List("documents", hospitaltest.Filter("patient = '"+id("kid1")+"'")).Items(); len(made) != 1 || made[0]["visible_to_patient"] != true {
		t.Errorf("what the patient filed for the child: %v", made)
	}
	h.Verify()
}

// batch sends one request with a file in a batch.
func batch(h *hospitaltest.Hospital, account string, request body, content []byte) hospitaltest.Response {
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	text, _ := json.Marshal(body{"requests": []any{request}})
	_ = parts.WriteField("@jsonPayload", string(text))
	file, _ := parts.CreateFormFile("requests.0.file", "a.txt")
	_, _ = file.Write(content)
	_ = parts.Close()
	return h.As(account).SkipContract().With("Content-Type", parts.FormDataContentType()).Do(http.MethodPost, "/api/batch", form.Bytes())
}

func TestVerifyNamesFilesThatAreNotWhatWasFiled(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path := func(document string) string {
		r := h.Record("documents", id(document))
		return filepath.Join(h.App.DataDir(), "storage", r.BaseFilesPath(), r.GetString("file"))
	}
	if err := os.WriteFile(path("shown1"), []byte("forged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path("kept2")); err != nil {
		t.Fatal(err)
	}
	if broken := h.Violations(); !strings.Contains(broken, id("shown1")) || !strings.Contains(broken, id("kept2")) || strings.Contains(broken, id("kept1")) {
		t.Errorf("verify says %q", broken)
	}
}

func TestAFileTokenEndsSoon(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	users, err := h.App.FindCollectionByNameOrId("users")
	if err != nil || users.FileToken.DurationTime() > 3*time.Minute {
		t.Errorf("a file token is good for %v (%v)", users.FileToken.DurationTime(), err)
	}
}
