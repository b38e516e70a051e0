// Package csvfile answers requests with tables as CSV files.
package csvfile

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"hospital/internal/kit"
	"hospital/internal/money"
)

// Writer writes a table as a file for spreadsheets: CSV in UTF-8, with the mark that
// they know it by, and lines that end as RFC 4180 says. It is sent while it is
// written, so that it may be of any length.
type Writer struct {
	out     *csv.Writer
	request *kit.Request
}

// Number is a cell that is a number and is written as it is.
type Number string

// Amount is an amount of money as a cell, with as many digits as its currency has.
func Amount(m money.Amount, exponent int) Number { return Number(m.Decimal(exponent)) }

// New answers a request with a file of columns.
func New(r *kit.Request, name string, columns ...string) (*Writer, error) {
	r.Attach(name, "text/csv; charset=utf-8")
	s := &Writer{csv.NewWriter(r.Response), r}
	s.out.UseCRLF = true
	if _, err := io.WriteString(r.Response, "\ufeff"); err != nil {
		return nil, err
	}
	return s, s.out.Write(columns)
}

// Row writes a line: texts, which no spreadsheet takes for a formula, and numbers.
func (s *Writer) Row(cells ...any) error {
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
			return fmt.Errorf("a sheet has no cells of %T", cell)
		}
	}
	return s.out.Write(texts)
}

// Close sends what is left. Half a table must not pass for a whole one: when
// writing it failed, the answer that has begun is broken off.
func (s *Writer) Close(err error) error {
	s.out.Flush()
	if err == nil {
		err = s.out.Error()
	}
	if err != nil {
		s.request.App.Logger().Error("a sheet was broken off", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// escapeFormula is a text that a spreadsheet shows and does not carry out: what begins like
// a formula, also behind blanks or in wide letters, is marked as text.
func escapeFormula(text string) string {
	begins := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("\u200b\ufeff\"'", r) })
	if strings.IndexAny(begins, "=+-@|%＝＋－＠") != 0 && strings.IndexAny(text, "\t\r\n") != 0 {
		return text
	}
	return "'" + text
}
