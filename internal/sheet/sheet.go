// Package csvfile answers requests with tables as CSV files.
package csvfile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"hospital/internal/kit"
	"hospital/internal/money"
)

// Writer sends a table as a file for spreadsheets: CSV in UTF-8 with a byte order
// mark, by which Excel recognises UTF-8, and CRLF line ends (RFC 4180).
//
// It keeps the first error, writes nothing after it, and reports it in Close.
type Writer struct {
	request *kit.Request
	waiting bytes.Buffer // rows that are not sent
	out     *csv.Writer
	err     error
}

// Number is a cell that is a number and is written unchanged.
type Number string

// Amount is an amount of money as a cell, with exponent digits after the point.
func Amount(m money.Amount, exponent int) Number { return Number(m.Decimal(exponent)) }

// New begins to answer a request with a file, and writes the names of its columns.
func New(r *kit.Request, name string, columns ...string) *Writer {
	r.Attach(name, "text/csv; charset=utf-8")
	w := &Writer{request: r}
	w.out = csv.NewWriter(&w.waiting)
	w.out.UseCRLF = true
	w.waiting.WriteString("\ufeff")
	w.err = w.out.Write(columns)
	return w
}

// Row writes a row. A cell is a Number, an int, or a string, which is escaped so that
// no spreadsheet runs it as a formula.
func (w *Writer) Row(cells ...any) {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		switch c := cell.(type) {
		case Number:
			texts[i] = string(c)
		case int:
			texts[i] = strconv.Itoa(c)
		case string:
			texts[i] = escapeFormula(c)
		default:
			w.err = fmt.Errorf("a CSV file has no cells of type %T", cell)
		}
	}
	if w.err == nil {
		w.err = w.out.Write(texts)
	}
}

// Flush sends the rows that were written since the last time.
func (w *Writer) Flush() error {
	w.out.Flush()
	if w.err == nil {
		_, w.err = w.waiting.WriteTo(w.request.Response)
	}
	return w.err
}

// Close sends the rest. On an error, the caller's or one of the writer, it
// aborts the connection, so that the client does not take half a table for a whole one.
func (w *Writer) Close(err error) error {
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		w.request.App.Logger().Error("a CSV file was aborted", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// escapeFormula marks a text with an apostrophe when a spreadsheet would run it as a
// formula: also when the formula sign follows blanks or quotes, or is a full-width one.
func escapeFormula(text string) string {
	start := strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\u200b\ufeff\"'", r)
	})
	if strings.IndexAny(start, "=+-@|%＝＋－＠") != 0 && strings.IndexAny(text, "\t\r\n") != 0 {
		return text
	}
	return "'" + text
}
