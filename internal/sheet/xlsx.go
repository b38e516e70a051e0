package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxRows is the largest number of rows of a sheet. The table goes on in another one.
const maxRows = 1 << 20

// maxCell is the largest number of characters of a cell. A longer text is cut.
const maxCell = 32_767

// xlsxBody is a workbook (ECMA-376), written as its rows come: an archive with a sheet, and at its end the parts that
// name the sheets. A library would need the whole table before it sends the first byte, and an eighth of the binary.
type xlsxBody struct {
	to     *zip.Writer
	sheet  io.Writer
	row    bytes.Buffer
	header []any
	rows   int // of the sheet
	sheets int
}

func newXLSX(to io.Writer) *xlsxBody { return &xlsxBody{to: zip.NewWriter(to)} }

// The styles of cells, by their place in xl/styles.xml. Numbers with so many digits after the point begin at styleNumber.
const (
	styleText = iota
	styleHeader
	styleDay
	styleClock
	styleNumber
)

// maxDigits is how many digits after the point a number shows at most. No currency has more.
const maxDigits = 6

func (b *xlsxBody) write(cells []any) error {
	if b.header == nil {
		b.header = cells
		return b.begin()
	}
	if b.rows == maxRows {
		if err := b.end(); err != nil {
			return err
		}
		if err := b.begin(); err != nil {
			return err
		}
	}
	return b.writeRow(cells, styleText)
}

const mainNamespace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`

// begin begins a sheet with the header, which does not scroll away.
func (b *xlsxBody) begin() (err error) {
	b.sheets, b.rows = b.sheets+1, 0
	if b.sheet, err = b.to.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", b.sheets)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(b.sheet, xml.Header+`<worksheet %s><sheetViews><sheetView workbookViewId="0">`+
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`+
		`<cols><col min="1" max="%d" width="18" customWidth="1"/></cols><sheetData>`, mainNamespace, len(b.header))
	if err != nil {
		return err
	}
	return b.writeRow(b.header, styleHeader)
}

func (b *xlsxBody) end() error {
	_, err := io.WriteString(b.sheet, "</sheetData></worksheet>")
	return err
}

func (b *xlsxBody) writeRow(cells []any, style int) error {
	b.rows++
	b.row.Reset()
	fmt.Fprintf(&b.row, `<row r="%d">`, b.rows)
	for i, cell := range cells {
		if err := b.cell(columnName(i)+strconv.Itoa(b.rows), cell, style); err != nil {
			return err
		}
	}
	b.row.WriteString("</row>")
	_, err := b.row.WriteTo(b.sheet)
	return err
}

// cell writes a cell with its type. An empty one is left out. A text is never run as a formula there, so it is not
// escaped.
func (b *xlsxBody) cell(at string, cell any, style int) error {
	switch c := cell.(type) {
	case int:
		b.number(at, strconv.Itoa(c), styleNumber)
	case Number:
		_, after, _ := strings.Cut(string(c), ".")
		if _, err := strconv.ParseFloat(string(c), 64); c != "" && err != nil {
			return err
		}
		b.number(at, string(c), styleNumber+min(len(after), maxDigits))
	case Day:
		b.number(at, serial(dayOf(time.Time(c))), styleDay)
	case Clock:
		b.number(at, serial(time.Time(c)), styleClock)
	case string:
		if c == "" {
			return nil
		}
		fmt.Fprintf(&b.row, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">`, at, style)
		if err := xml.EscapeText(&b.row, []byte(escaped.ReplaceAllString(cut(c), "_x005F_$1"))); err != nil {
			return err
		}
		b.row.WriteString("</t></is></c>")
	default:
		return fmt.Errorf("a file has no cells of type %T", cell)
	}
	return nil
}

// escaped is how a workbook writes characters that XML cannot have. A text that looks like it is escaped itself.
var escaped = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

func (b *xlsxBody) number(at, value string, style int) {
	if value != "" {
		fmt.Fprintf(&b.row, `<c r="%s" s="%d"><v>%s</v></c>`, at, style, value)
	}
}

// dayOf is the beginning of the day that the clocks of the zone show.
func dayOf(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// serial is the time that the clocks of its zone show, in days since the end of 1899: spreadsheets have no zones.
func serial(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	days := shown.Sub(time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
	return strconv.FormatFloat(days, 'f', -1, 64)
}

// columnName is the letters of a column: A, B, … Z, AA.
func columnName(i int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if i < len(letters) {
		return letters[i : i+1]
	}
	return columnName(i/len(letters)-1) + columnName(i%len(letters))
}

// cut returns as many characters of a text as a cell takes, which counts those beyond 16 bits twice.
func cut(text string) string {
	if utf8.RuneCountInString(text) <= maxCell/2 {
		return text
	}
	units := 0
	for i, r := range text {
		if units++; r > 0xffff {
			units++
		}
		if units > maxCell {
			return text[:i]
		}
	}
	return text
}

func (b *xlsxBody) flush() error { return b.to.Flush() }

// close ends the last sheet and writes the parts that say what the archive has.
func (b *xlsxBody) close() error {
	if err := b.end(); err != nil {
		return err
	}
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const packageRelations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	var types, sheets, relations strings.Builder
	for i := 1; i <= b.sheets; i++ {
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/`+
			`vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i)
		fmt.Fprintf(&sheets, `<sheet name="Sheet%d" sheetId="%d" r:id="rId%d"/>`, i, i, i)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i, office, i)
	}
	for _, part := range []struct{ name, content string }{
		{"xl/styles.xml", styles()},
		{"xl/workbook.xml", `<workbook ` + mainNamespace + ` xmlns:r="` + office + `"><sheets>` + sheets.String() +
			`</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", packageRelations + relations.String() + `<Relationship Id="rIdStyles" Type="` +
			office + `/styles" Target="styles.xml"/></Relationships>`},
		{"_rels/.rels", packageRelations + `<Relationship Id="rId1" Type="` + office +
			`/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/` +
			`vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="application/` +
			`vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` + types.String() + `</Types>`},
	} {
		w, err := b.to.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, xml.Header+part.content); err != nil {
			return err
		}
	}
	return b.to.Close()
}

// styles is xl/styles.xml: the formats in the order of the constants above.
func styles() string {
	const firstFormat = 164 // those before are built in
	codes := []string{"General", "General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"}
	for digits := range maxDigits + 1 {
		codes = append(codes, strings.TrimSuffix("0."+strings.Repeat("0", digits), "."))
	}
	var formats, cells strings.Builder
	for i, code := range codes {
		font := 0
		if i == styleHeader {
			font = 1
		}
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, firstFormat+i, code)
		fmt.Fprintf(&cells, `<xf numFmtId="%d" fontId="%d" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" `+
			`applyFont="1"/>`, firstFormat+i, font)
	}
	return `<styleSheet ` + mainNamespace + `><numFmts count="` + strconv.Itoa(len(codes)) + `">` + formats.String() +
		`</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
		`<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="` + strconv.Itoa(len(codes)) + `">` + cells.String() + `</cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}
