// Package pdf draws documents that are printed: pages with a letterhead and their
// number, facts, and tables that go on over as many pages as they need. The same
// contents give the same bytes.
package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// In millimetres, on A4.
const (
	left, right   = 18.0, 192.0
	top, bottom   = 14.0, 276.0
	width         = right - left
	family        = "DejaVu"
	small, normal = 7.5, 9.0 // points
)

// leading is how high a line of so many points is.
func leading(points float64) float64 { return points * 0.48 }

// Letterhead stands on every page: who the document is from, what it is, and what
// nobody may overlook about it.
type Letterhead struct {
	From   string
	Lines  []string
	Title  string
	Notice string
}

// Document is a document that is being drawn.
type Document struct {
	pdf     *fpdf.Fpdf
	head    Letterhead
	missing bool // something on it cannot be drawn
}

// New begins a document that was made at some time.
func New(head Letterhead, made time.Time) *Document {
	d := &Document{pdf: fpdf.New("P", "mm", "A4", ""), head: head}
	d.pdf.SetCatalogSort(true)
	d.pdf.SetCreationDate(made.UTC())
	d.pdf.SetModificationDate(made.UTC())
	title, _ := regular.shaped(head.Title) // the library takes nothing but what is drawn
	author, _ := regular.shaped(head.From)
	d.pdf.SetTitle(title, true)
	d.pdf.SetAuthor(author, true)
	d.pdf.SetMargins(left, top, 210-right)
	d.pdf.SetAutoPageBreak(false, 0)
	d.pdf.SetCellMargin(0)
	for _, f := range []face{regular, bold} {
		d.pdf.AddUTF8FontFromBytes(family, f.style, f.file)
	}
	d.page()
	return d
}

// page begins a page with the letterhead.
func (d *Document) page() {
	d.pdf.AddPage()
	d.pdf.SetY(top)
	d.block(bold, 12, d.head.Title, left+width*0.5, width*0.5, "R")
	d.pdf.SetTextColor(170, 0, 0)
	d.block(bold, normal, d.head.Notice, left+width*0.5, width*0.5, "R")
	d.pdf.SetTextColor(0, 0, 0)
	beside := d.pdf.GetY()
	d.pdf.SetY(top)
	d.block(bold, 11, d.head.From, left, width*0.48, "L")
	for _, line := range d.head.Lines {
		d.block(regular, small, line, left, width*0.48, "L")
	}
	y := max(beside, d.pdf.GetY()) + 2
	d.pdf.SetLineWidth(0.3)
	d.pdf.Line(left, y, right, y)
	d.pdf.SetY(y + 4)
}

// room begins a new page unless so much fits on this one.
func (d *Document) room(height float64) (fresh bool) {
	if d.pdf.GetY()+height <= bottom {
		return false
	}
	d.page()
	return true
}

// set chooses a face and its size, also on a page where the last one had it.
func (d *Document) set(f face, points float64) { d.pdf.SetFont(family, f.style, points) }

// lines breaks a text into lines that fit into a width, between words and behind
// hyphens where it can.
func (d *Document) lines(f face, points float64, text string, within float64) (lines []string) {
	drawn, whole := f.shaped(text)
	d.missing = d.missing || !whole
	d.set(f, points)
	line := ""
	add := func(part, gap string) {
		if line != "" && d.pdf.GetStringWidth(line+gap+part) > within {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += gap
		}
		for _, letter := range part { // a part that is wider than a line is broken anywhere
			if line != "" && d.pdf.GetStringWidth(line+string(letter)) > within {
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

// line draws one line, which is known to fit, and stays in it.
func (d *Document) line(x, within, height float64, text, align string) {
	d.pdf.SetX(x)
	d.pdf.CellFormat(within, height, visual(text), "", 0, align, false, 0, "")
}

// block draws a text in as many lines as it takes, and goes below it.
func (d *Document) block(f face, points float64, text string, x, within float64, align string) {
	for _, line := range d.lines(f, points, text, within) {
		d.set(f, points)
		d.line(x, within, leading(points), line, align)
		d.pdf.Ln(leading(points))
	}
}

// Heading draws a title within a document.
func (d *Document) Heading(text string) {
	d.room(20)
	d.pdf.Ln(3)
	d.block(bold, 10, text, left, width, "L")
	d.pdf.Ln(1)
}

// Fact is a name and what stands for it.
type Fact struct{ Name, Value string }

// Facts draws names and values, two beside each other. Those without a value are
// left out.
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
			d.block(regular, small, f.Name, x, name-2, "L")
			below = max(below, d.pdf.GetY())
			d.pdf.SetY(y)
			d.block(regular, normal, f.Value, x+name, half-name, "L")
			below = max(below, d.pdf.GetY())
		}
		d.pdf.SetY(below + 0.8)
	}
	d.pdf.Ln(3)
}

// Bytes ends the document: each page is told its number, and where something could
// not be drawn the reader is told so.
func (d *Document) Bytes() ([]byte, error) {
	if d.missing {
		d.room(leading(small) + 4)
		d.pdf.Ln(3)
		d.block(regular, small, "Where "+string(instead)+" stands, there is a character that cannot be printed here. The record has it in full.", left, width, "L")
	}
	pages := d.pdf.PageCount()
	for n := 1; n <= pages; n++ {
		d.pdf.SetPage(n)
		d.pdf.SetFont(family, bold.style, 1) // a page that is gone back to does not know its font
		d.set(regular, small)
		d.pdf.SetY(bottom + 5)
		d.line(left, width, leading(small), d.fitting(small, d.head.Title, width*0.7), "L")
		d.line(left, width, leading(small), fmt.Sprintf("Page %d of %d", n, pages), "R")
	}
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %s: %w", d.head.Title, err)
	}
	return out.Bytes(), nil
}

// fitting is the first line of a text.
func (d *Document) fitting(points float64, text string, within float64) string {
	if lines := d.lines(regular, points, text, within); len(lines) > 0 {
		return lines[0]
	}
	return ""
}
