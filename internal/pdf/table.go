package pdf

// Column is a column of a table. One without a width takes what the others leave.
// Texts take more lines where they are long; numbers stay in one, and become
// smaller.
type Column struct {
	Name   string
	Width  float64
	Number bool
}

// Table draws rows under the names of their columns, which stand on every page.
func (d *Document) Table(columns []Column, rows [][]string) {
	columns = spread(columns)
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	heading := func() {
		d.row(columns, names, bold, small)
		d.pdf.SetLineWidth(0.2)
		d.pdf.Line(left, d.pdf.GetY(), right, d.pdf.GetY())
		d.pdf.Ln(1)
	}
	d.room(25)
	heading()
	for _, row := range rows {
		if d.room(d.height(columns, row)) {
			heading()
		}
		d.row(columns, row, regular, 8)
	}
	d.pdf.Line(left, d.pdf.GetY(), right, d.pdf.GetY())
	d.pdf.Ln(2)
}

const between = 2.0 // columns

func spread(columns []Column) []Column {
	rest := width - between*float64(len(columns)-1)
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

// height is how much room a row takes.
func (d *Document) height(columns []Column, row []string) float64 {
	most := 1
	for i, c := range columns {
		if !c.Number {
			most = max(most, len(d.lines(regular, 8, row[i], c.Width)))
		}
	}
	return float64(most)*leading(8) + 1
}

func (d *Document) row(columns []Column, row []string, f face, points float64) {
	x, y, below := left, d.pdf.GetY(), d.pdf.GetY()+leading(points)
	for i, c := range columns {
		d.pdf.SetY(y)
		if c.Number {
			d.number(f, points, row[i], x, c.Width)
		} else {
			d.block(f, points, row[i], x, c.Width, "L")
			below = max(below, d.pdf.GetY())
		}
		x += c.Width + between
	}
	d.pdf.SetY(below + 1)
}

// number draws a number to the right of its column, as small as it must be.
func (d *Document) number(f face, points float64, text string, x, within float64) {
	d.set(f, points)
	fits := points
	if wide := d.pdf.GetStringWidth(text); wide > within {
		fits = points * within / wide
	}
	d.set(f, fits)
	d.line(x, within, leading(points), text, "R")
}

// Sum is a name and an amount below a table. A minor one is a part of the one above.
type Sum struct {
	Name, Amount string
	Bold, Minor  bool
}

// Sums draws what a table adds up to, on one page.
func (d *Document) Sums(sums ...Sum) {
	const name, amount = 70.0, 34.0
	d.room(float64(len(sums)) * (leading(normal) + 0.6))
	for _, s := range sums {
		f, points, in := regular, normal, 0.0
		if s.Bold {
			f = bold
		}
		if s.Minor {
			points, in = small, amount
		}
		y := d.pdf.GetY()
		d.set(f, points)
		d.line(right-amount-name-between-in, name, leading(points), s.Name, "R")
		d.number(f, points, s.Amount, right-amount-in, amount)
		d.pdf.SetY(y + leading(points) + 0.6)
	}
}
