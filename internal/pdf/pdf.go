// Package pdf draws documents for print: pages with a letterhead and a page number,
// labelled values, and tables that continue over pages. The same content gives the same
// bytes.
package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// Measures on A4, in millimetres unless they say points.
const (
	left, right   = 18.0, 192.0
	top, bottom   = 14.0, 276.0
	width         = right - left
	family        = "DejaVu"
	small, normal = 7.5, 9.0 // points
)

// lineHeight is the height in millimetres of a line of text of that size.
func lineHeight(points float64) float64 { return points * 0.48 }

// Letterhead is printed on every page: the sender, the title, and a notice in red such as
// VOID.
type Letterhead struct {
	From   string
	Lines  []string
	Title  string
	Notice string
}

// Document is a PDF file in the making.
type Document struct {
	pdf     *fpdf.Fpdf
	head    Letterhead
	missing bool // a character could not be drawn
}

// New starts a document. The time of creation is stored in the file.
func New(head Letterhead, made time.Time) *Document {
	d := &Document{pdf: fpdf.New("P", "mm", "A4", ""), head: head}
	d.pdf.SetCatalogSort(true)
	d.pdf.SetCreationDate(made.UTC())
	d.pdf.SetModificationDate(made.UTC())
	title, _ := regular.shape(head.Title) // the library fails on characters that the font lacks
	author, _ := regular.shape(head.From)
	d.pdf.SetTitle(title, true)
	d.pdf.SetAuthor(author, true)
	d.pdf.SetMargins(left, top, 210-right)
	d.pdf.SetAutoPageBreak(false, 0)
	d.pdf.SetCellMargin(0)
	for _, f := range []face{regular, bold} {
		d.pdf.AddUTF8FontFromBytes(family, f.style, f.file)
	}
	d.addPage()
	return d
}

// addPage starts a page with the letterhead.
func (d *Document) addPage() {
	d.pdf.AddPage()
	d.pdf.SetY(top)
	d.drawText(bold, 12, d.head.Title, left+width*0.5, width*0.5, "R")
	d.pdf.SetTextColor(170, 0, 0)
	d.drawText(bold, normal, d.head.Notice, left+width*0.5, width*0.5, "R")
	d.pdf.SetTextColor(0, 0, 0)
	beside := d.pdf.GetY()
	d.pdf.SetY(top)
	d.drawText(bold, 11, d.head.From, left, width*0.48, "L")
	for _, line := range d.head.Lines {
		d.drawText(regular, small, line, left, width*0.48, "L")
	}
	y := max(beside, d.pdf.GetY()) + 2
	d.pdf.SetLineWidth(0.3)
	d.pdf.Line(left, y, right, y)
	d.pdf.SetY(y + 4)
}

// ensureSpace starts a new page if that height does not fit on this one.
func (d *Document) ensureSpace(height float64) (newPage bool) {
	if d.pdf.GetY()+height <= bottom {
		return false
	}
	d.addPage()
	return true
}

func (d *Document) setFont(f face, points float64) { d.pdf.SetFont(family, f.style, points) }

// wrap breaks a text into lines of that width: between words and after hyphens, or anywhere
// in a word that is wider than a line.
func (d *Document) wrap(f face, points float64, text string, maxWidth float64) (lines []string) {
	drawn, whole := f.shape(text)
	d.missing = d.missing || !whole
	d.setFont(f, points)
	line := ""
	add := func(part, gap string) {
		if line != "" && d.pdf.GetStringWidth(line+gap+part) > maxWidth {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += gap
		}
		for _, letter := range part {
			if line != "" && d.pdf.GetStringWidth(line+string(letter)) > maxWidth {
				lines, line = append(lines, line), ""
			}
			line += string(letter)
		}
	}
	for _, word := range strings.Fields(drawn) {
		for i, part := range strings.SplitAfter(word, "-") {
			if i == 0 {
				add(part, " ")
			} else {
				add(part, "")
			}
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// drawLine draws one line without moving down. The caller made sure that it fits.
func (d *Document) drawLine(x, maxWidth, height float64, text, align string) {
	d.pdf.SetX(x)
	d.pdf.CellFormat(maxWidth, height, visualOrder(text), "", 0, align, false, 0, "")
}

// drawText draws a text in as many lines as it needs and moves below them.
func (d *Document) drawText(f face, points float64, text string, x, maxWidth float64, align string) {
	for _, line := range d.wrap(f, points, text, maxWidth) {
		d.setFont(f, points)
		d.drawLine(x, maxWidth, lineHeight(points), line, align)
		d.pdf.Ln(lineHeight(points))
	}
}

// Heading draws a heading.
func (d *Document) Heading(text string) {
	d.ensureSpace(20)
	d.pdf.Ln(3)
	d.drawText(bold, 10, text, left, width, "L")
	d.pdf.Ln(1)
}

// Fact is a label and its value.
type Fact struct{ Name, Value string }

// Facts draws labels and values in two columns. Facts without a value are left out.
func (d *Document) Facts(facts ...Fact) {
	const name, gap = 26.0, 4.0
	half := (width - gap) / 2
	given := make([]Fact, 0, len(facts))
	for _, f := range facts {
		if strings.TrimSpace(f.Value) != "" {
			given = append(given, f)
		}
	}
	for i := 0; i < len(given); i += 2 {
		y, below := d.pdf.GetY(), 0.0
		for n, f := range given[i:min(i+2, len(given))] {
			x := left + float64(n)*(half+gap)
			d.pdf.SetY(y)
			d.drawText(regular, small, f.Name, x, name-2, "L")
			below = max(below, d.pdf.GetY())
			d.pdf.SetY(y)
			d.drawText(regular, normal, f.Value, x+name, half-name, "L")
			below = max(below, d.pdf.GetY())
		}
		d.pdf.SetY(below + 0.8)
	}
	d.pdf.Ln(3)
}

// Bytes adds the page numbers, and a note if a character could not be drawn, and returns the
// file.
func (d *Document) Bytes() ([]byte, error) {
	if d.missing {
		d.ensureSpace(lineHeight(small) + 4)
		d.pdf.Ln(3)
		note := string(placeholder) + " replaces a character that cannot be printed. The record has the full text."
		d.drawText(regular, small, note, left, width, "L")
	}
	pages := d.pdf.PageCount()
	for n := 1; n <= pages; n++ {
		d.pdf.SetPage(n)
		d.pdf.SetFont(family, bold.style, 1) // after SetPage the library needs a change of font to write it again
		d.setFont(regular, small)
		d.pdf.SetY(bottom + 5)
		d.drawLine(left, width, lineHeight(small), d.firstLine(small, d.head.Title, width*0.7), "L")
		d.drawLine(left, width, lineHeight(small), fmt.Sprintf("Page %d of %d", n, pages), "R")
	}
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %s: %w", d.head.Title, err)
	}
	return out.Bytes(), nil
}

func (d *Document) firstLine(points float64, text string, maxWidth float64) string {
	if lines := d.wrap(regular, points, text, maxWidth); len(lines) > 0 {
		return lines[0]
	}
	return ""
}
