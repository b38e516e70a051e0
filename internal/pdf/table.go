package pdf

// Column is a column of a table. A column without a width takes the space the others leave.
// Long texts wrap; numbers stay on one line and are drawn smaller if needed.
type Column struct {
	Name   string
	Width  float64
	Number bool
}

// Table draws rows under their column names, which are repeated on every page.
func (d *Document) Table(columns []Column, rows [][]string) {
	columns = withWidths(columns)
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	heading := func() {
		d.drawRow(columns, names, bold, small)
		d.pdf.SetLineWidth(0.2)
		d.pdf.Line(left, d.pdf.GetY(), right, d.pdf.GetY())
		d.pdf.Ln(1)
	}
	d.ensureSpace(25)
	heading()
	for _, row := range rows {
		if d.ensureSpace(d.rowHeight(columns, row)) {
			heading()
		}
		d.drawRow(columns, row, regular, 8)
	}
	d.pdf.Line(left, d.pdf.GetY(), right, d.pdf.GetY())
	d.pdf.Ln(2)
}

const columnGap = 2.0 // millimetres

// withWidths gives the column without a width the rest of the page.
func withWidths(columns []Column) []Column {
	rest := width - columnGap*float64(len(columns)-1)
	for _, c := range columns {
		rest -= c.Width
	}
	out := make([]Column, len(columns))
	for i, c := range columns {
		if c.Width == 0 {
			c.Width = rest
		}
		out[i] = c
	}
	return out
}

func (d *Document) rowHeight(columns []Column, row []string) float64 {
	most := 1
	for i, c := range columns {
		if !c.Number {
			most = max(most, len(d.wrap(regular, 8, row[i], c.Width)))
		}
	}
	return float64(most)*lineHeight(8) + 1
}

func (d *Document) drawRow(columns []Column, row []string, f face, points float64) {
	x, y, below := left, d.pdf.GetY(), d.pdf.GetY()+lineHeight(points)
	for i, c := range columns {
		d.pdf.SetY(y)
		if c.Number {
			d.drawNumber(f, points, row[i], x, c.Width)
		} else {
			d.drawText(f, points, row[i], x, c.Width, "L")
			below = max(below, d.pdf.GetY())
		}
		x += c.Width + columnGap
	}
	d.pdf.SetY(below + 1)
}

// drawNumber draws a number right-aligned, smaller if it is wider than its column.
func (d *Document) drawNumber(f face, points float64, text string, x, maxWidth float64) {
	d.setFont(f, points)
	fits := points
	if wide := d.pdf.GetStringWidth(text); wide > maxWidth {
		fits = points * maxWidth / wide
	}
	d.setFont(f, fits)
	d.drawLine(x, maxWidth, lineHeight(points), text, "R")
}

// Sum is a label and an amount below a table. A minor one is part of the sum above it.
type Sum struct {
	Name, Amount string
	Bold, Minor  bool
}

// Sums draws the sums of a table together on one page.
func (d *Document) Sums(sums ...Sum) {
	const name, amount = 70.0, 34.0
	d.ensureSpace(float64(len(sums)) * (lineHeight(normal) + 0.6))
	for _, s := range sums {
		f, points, in := regular, normal, 0.0
		if s.Bold {
			f = bold
		}
		if s.Minor {
			points, in = small, amount
		}
		y := d.pdf.GetY()
		d.setFont(f, points)
		d.drawLine(right-amount-name-columnGap-in, name, lineHeight(points), s.Name, "R")
		d.drawNumber(f, points, s.Amount, right-amount-in, amount)
		d.pdf.SetY(y + lineHeight(points) + 0.6)
	}
}
