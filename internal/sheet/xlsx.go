package sheet

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// maxRows is the largest number of rows of a sheet. The table goes on in another one.
const maxRows = excelize.TotalRows

// xlsxBody is a workbook. Rows go to a file in the temporary directory, and the whole is sent at the end: a workbook is
// an archive whose parts refer to each other.
type xlsxBody struct {
	to     io.Writer
	book   *excelize.File
	sheet  *excelize.StreamWriter
	header []any
	next   int // row
	sheets int
	styles struct{ head, day, clock int }
	digits map[int]int // the style of numbers with so many digits after the point
}

func newXLSX(to io.Writer) (*xlsxBody, error) {
	b := &xlsxBody{to: to, book: excelize.NewFile(), digits: map[int]int{}}
	day, clock := "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
	for style, made := range map[*int]*excelize.Style{
		&b.styles.head:  {Font: &excelize.Font{Bold: true}},
		&b.styles.day:   {CustomNumFmt: &day},
		&b.styles.clock: {CustomNumFmt: &clock},
	} {
		var err error
		if *style, err = b.book.NewStyle(made); err != nil {
			return b, err
		}
	}
	return b, nil
}

// row writes a row; the first one is the header of every sheet, which does not scroll away.
func (b *xlsxBody) row(cells []any) error {
	if b.header == nil {
		b.header = cells
		return b.begin()
	}
	if b.next > maxRows {
		if err := b.sheet.Flush(); err != nil {
			return err
		}
		if err := b.begin(); err != nil {
			return err
		}
	}
	typed := make([]any, len(cells))
	for i, cell := range cells {
		var err error
		if typed[i], err = b.cell(cell); err != nil {
			return err
		}
	}
	return b.write(typed)
}

// begin begins a sheet with the header.
func (b *xlsxBody) begin() (err error) {
	b.sheets++
	name := "Sheet" + strconv.Itoa(b.sheets)
	if b.sheets > 1 {
		if _, err = b.book.NewSheet(name); err != nil {
			return err
		}
	}
	if b.sheet, err = b.book.NewStreamWriter(name); err != nil {
		return err
	}
	err = b.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	if err != nil {
		return err
	}
	if err := b.sheet.SetColWidth(1, len(b.header), 18); err != nil {
		return err
	}
	b.next = 1
	head := make([]any, len(b.header))
	for i, name := range b.header {
		head[i] = excelize.Cell{StyleID: b.styles.head, Value: name}
	}
	return b.write(head)
}

func (b *xlsxBody) write(cells []any) error {
	at, err := excelize.CoordinatesToCellName(1, b.next)
	if err != nil {
		return err
	}
	b.next++
	return b.sheet.SetRow(at, cells)
}

// cell is a cell with its type. A text is never run as a formula there, so it is not escaped.
func (b *xlsxBody) cell(cell any) (any, error) {
	switch c := cell.(type) {
	case Number:
		return b.number(string(c))
	case Day:
		return b.time(time.Time(c), b.styles.day), nil
	case Clock:
		return b.time(time.Time(c), b.styles.clock), nil
	case string:
		return c, nil
	case int:
		return c, nil
	}
	return text(cell)
}

// number is a cell with a number that shows as many digits after the point as it has.
func (b *xlsxBody) number(text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, err
	}
	_, after, _ := strings.Cut(text, ".")
	style, known := b.digits[len(after)]
	if !known {
		shown := strings.TrimSuffix("0."+strings.Repeat("0", len(after)), ".")
		if style, err = b.book.NewStyle(&excelize.Style{CustomNumFmt: &shown}); err != nil {
			return nil, err
		}
		b.digits[len(after)] = style
	}
	return excelize.Cell{StyleID: style, Value: value}, nil
}

// time is a cell with the time of its own zone: spreadsheets have no zones.
func (b *xlsxBody) time(t time.Time, style int) any {
	if t.IsZero() {
		return nil
	}
	return excelize.Cell{StyleID: style, Value: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0,
		time.UTC)}
}

func (b *xlsxBody) flush() error { return nil }

func (b *xlsxBody) close() error {
	if err := b.sheet.Flush(); err != nil {
		return err
	}
	_, err := b.book.WriteTo(b.to)
	return err
}

func (b *xlsxBody) free() { _ = b.book.Close() }
