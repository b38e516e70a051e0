package reports_test

import (
	"bytes"
	"compress/zlib"
	"encoding/csv"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

func get(h *hospitaltest.Hospital, who, path string) hospitaltest.Response {
	h.T.Helper()
	return h.As(who).Do(http.MethodGet, "/api/hospital/"+path, nil)
}

// sale is a new draft bill with a line of quantity 1 for each unit price.
func sale(h *hospitaltest.Hospital, taxBP int, units ...int) (bill string) {
	h.T.Helper()
	accountant := h.As("accountant1")
	bill = accountant.Create("bills", body{"patient": id("pat1")}).OK(h.T).ID()
	for _, unit := range units {
		accountant.Create("bill_items", body{
			"bill": bill, "description": "Dose", "quantity": 1, "unit_minor": unit, "tax_bp": taxBP}).OK(h.T)
	}
	return bill
}

func issue(h *hospitaltest.Hospital, bill string) {
	h.T.Helper()
	h.As("accountant1").Update("bills", bill, body{"status": "unpaid"}).OK(h.T)
}

// table parses a CSV answer: a byte order mark, CRLF line ends, and a row of column names.
func table(t *testing.T, answer hospitaltest.Response) (rows []map[string]string) {
	t.Helper()
	text, marked := strings.CutPrefix(string(answer.OK(t).Raw), "\ufeff")
	if lines := strings.Count(text, "\r\n"); !marked || lines == 0 || lines != strings.Count(text, "\n") {
		t.Errorf("not a CSV file: %.200q", answer.Raw)
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, cell := range cells {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

var (
	streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s)\((.*?[^\\](?:\\\\)*)\) ?Tj`)
	escapes = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")
)

// pages are the texts of each page of a PDF, in the order in which they are drawn.
func pages(t *testing.T, document []byte) (pages [][]string) {
	t.Helper()
	if !bytes.HasPrefix(document, []byte("%PDF-1.")) || !bytes.Contains(document[len(document)-10:], []byte("%%EOF")) {
		t.Fatalf("not a PDF: %.100q", document)
	}
	for _, found := range streams.FindAllSubmatch(document, -1) {
		deflated, err := zlib.NewReader(bytes.NewReader(found[1]))
		if err != nil {
			continue // not compressed
		}
		content, err := io.ReadAll(deflated)
		if err != nil || !bytes.Contains(content, []byte("Tj")) || !bytes.Contains(content, []byte("BT")) {
			continue // a font
		}
		var page []string
		for _, text := range shown.FindAllSubmatch(content, -1) {
			raw := escapes.Replace(string(text[1]))
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
			}
			page = append(page, string(utf16.Decode(units)))
		}
		pages = append(pages, page)
	}
	return pages
}

// after is the text that follows another one in a document.
func after(t *testing.T, document [][]string, name string) string {
	t.Helper()
	for _, page := range document {
		for i, text := range page {
			if text == name && i+1 < len(page) {
				return page[i+1]
			}
		}
	}
	t.Errorf("there is no %q in %q", name, document)
	return ""
}
