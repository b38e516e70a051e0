package sheet

import (
	"bytes"
	"encoding/csv"
	"io"
)

// csvBody is CSV in UTF-8 with CRLF line ends (RFC 4180), and a byte order mark, by which Excel recognises UTF-8.
type csvBody struct {
	to      io.Writer
	waiting bytes.Buffer // rows that are not sent
	out     *csv.Writer
}

func newCSV(to io.Writer, mark bool) *csvBody {
	b := &csvBody{to: to}
	b.out = csv.NewWriter(&b.waiting)
	b.out.UseCRLF = true
	if mark {
		b.waiting.WriteString("\ufeff")
	}
	return b
}

func (b *csvBody) write(cells []any) error {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		var err error
		if texts[i], err = text(cell); err != nil {
			return err
		}
	}
	return b.out.Write(texts)
}

func (b *csvBody) flush() error {
	b.out.Flush()
	_, err := b.waiting.WriteTo(b.to)
	return err
}

func (b *csvBody) close() error { return b.flush() }
