package clinical_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules/clinical"
)

// The smallest files of each type.
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

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func letter(patient, name string, content []byte) body {
	file := hospitaltest.File{Name: name, Content: content}
	return body{"patient": id(patient), "kind": "other", "title": "Letter", "file": file}
}

func TestFileTypesAreDetectedByContent(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		name        string
		content     []byte
		contentType string // empty: the file is refused
		extension   string
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
		{"program.pdf", concat([]byte("MZ\x90\x00"), make([]byte, 100)), "", ""},
		{"program.txt", []byte("\x7fELF\x02\x01\x01"), "", ""},
		{"script.txt", []byte("#!/bin/sh\nrm -rf /\n"), "", ""},
		{"archive.pdf", zipFile(), "", ""},
		{"both.pdf", concat(pdfFile, zipFile()), "", ""},
		{"both.pdf", concat(pdfFile[:9], []byte("<script>alert(1)</script>"), pdfFile[9:]), "", ""},
		{"both.pdf", concat([]byte("MZ"), pdfFile), "", ""},
		{"tail.pdf", concat(pdfFile, []byte("alert(1)")), "", ""},
		{"both.png", concat(pngFile(), zipFile()), "", ""},
		{"both.png", concat(pngFile(), []byte("<?php system($_GET['c']); ?>")), "", ""},
		{"cut.png", pngFile()[:40], "", ""},
		{"both.jpg", concat(jpegFile(), zipFile(), []byte("\xff\xd9")), "", ""},
		{"both.jpg", concat(jpegFile(), []byte("<html>"), []byte("\xff\xd9")), "", ""},
		{"both.dcm", concat([]byte("MZ"), make([]byte, 126), dcmFile[128:]), "", ""},
		{"gif.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "", ""},
		{"binary.txt", []byte("text\x00more"), "", ""},
		{"latin.txt", []byte("Gr\xfc\xdfe"), "", ""},
		{"empty.txt", nil, "", ""},
	} {
		answer := h.As("nurse1").SkipContract().Create("documents", letter("pat1", c.name, c.content))
		if c.contentType == "" {
			if answer.Status != http.StatusBadRequest || answer.Code("file") == "" {
				t.Errorf("%s with %.20q: %d %s", c.name, c.content, answer.Status, answer.Raw)
			}
			continue
		}
		if answer.Status != http.StatusOK || answer.String("content_type") != c.contentType ||
			!strings.HasSuffix(answer.String("file"), c.extension) {
			t.Errorf("%s: %d %s", c.name, answer.Status, answer.Raw)
			continue
		}
		got := fetch(h, "nurse1", answer.ID(), answer.String("file"), "")
		if !bytes.Equal(got.Raw, c.content) || got.Header.Get("Content-Type") != c.contentType ||
			got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Cache-Control") != "no-store" ||
			!strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s is downloaded as %d %v", c.name, got.Status, got.Header)
		}
	}
	h.Verify()
}

func TestFilesAboveTheMaximumSizeAreRefused(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	large := bytes.Repeat([]byte("x"), clinical.MaxFileSize)
	h.As("patient1").SkipContract().Create("documents", letter("pat1", "large.txt", large)).OK(t)
	answer := h.As("patient1").SkipContract().Create("documents", letter("pat1", "large.txt", append(large, 'x')))
	wantRefusal(t, "one byte more", answer, http.StatusBadRequest, "file", "validation_file_size_limit")
	if !strings.Contains(string(answer.Raw), "20") {
		t.Errorf("the refusal lacks the limit: %s", answer.Raw)
	}
}
