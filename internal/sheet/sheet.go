// Package sheet answers requests with tables as files for spreadsheets: CSV or XLSX.
package sheet

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"hospital/internal/kit"
	"hospital/internal/money"
)

// Format is the format of a file, and the end of its name.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Writer sends a table as a file. It keeps the first error, writes nothing after it, and reports it in Close.
type Writer struct {
	request *kit.Request
	body    body
	err     error
}

// body is a table in one format.
type body interface {
	write(cells []any) error
	flush() error // sends the rows that were written
	close() error // sends the rest
}

// Number is a cell that is a number and is written unchanged.
type Number string

// Amount is an amount of money as a cell, with exponent digits after the point.
func Amount(m money.Amount, exponent int) Number { return Number(m.Decimal(exponent)) }

// Day is a cell with a day. The zero time is an empty cell.
type Day time.Time

// Clock is a cell with a day and a time of day, as the clocks of its zone show it. The zero time is an empty cell.
type Clock time.Time

// New begins to answer a request with a file, and writes the names of its columns.
func New(r *kit.Request, name string, format Format, columns ...string) *Writer {
	w := &Writer{request: r}
	switch format {
	case CSV:
		r.Attach(name+".csv", "text/csv; charset=utf-8")
		w.body = newCSV(r.Response, r.Request.URL.Query().Get("bom") != "false")
	case XLSX:
		r.Attach(name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		w.body = newXLSX(r.Response)
	}
	header := make([]any, len(columns))
	for i, column := range columns {
		header[i] = column
	}
	w.Row(header...)
	return w
}

// Row writes a row. A cell is a Number, an int, a Day, a Clock, or a string, which is escaped so that no spreadsheet
// runs it as a formula.
func (w *Writer) Row(cells ...any) {
	if w.err == nil {
		w.err = w.body.write(cells)
	}
}

// Flush sends the rows that were written since the last time.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.body.flush()
	}
	return w.err
}

// Close sends the rest. On an error, the caller's or one of the writer, it
// aborts the connection, so that the client does not take half a table for a whole one.
func (w *Writer) Close(err error) error {
	if err == nil {
		err = w.err
	}
	if err == nil {
		err = w.body.close()
	}
	if err != nil {
		w.request.App.Logger().Error("a file was aborted", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// text is a cell as text, for a format that has no others.
func text(cell any) (string, error) {
	switch c := cell.(type) {
	case Number:
		return string(c), nil
	case int:
		return strconv.Itoa(c), nil
	case string:
		return escapeFormula(c), nil
	case Day:
		return format(time.Time(c), time.DateOnly), nil
	case Clock:
		return format(time.Time(c), "2006-01-02 15:04"), nil
	}
	return "", fmt.Errorf("a file has no cells of type %T", cell)
}

func format(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(layout)
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
