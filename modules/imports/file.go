package imports

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// file is a CSV file that was read: its lines, and the columns by field.
type file struct {
	columns map[string][]int // field -> cells
	names   []string         // of all columns, as the header has them
	kept    []int            // the columns that are mapped
	rows    []row
	hash    string
}

// row is a line of a file.
type row struct {
	line  int
	cells []string
}

// keep copies the cells that are mapped: a large file has many that are not.
func (f *file) keep(cells []string) []string {
	kept := make([]string, len(f.kept))
	for i, column := range f.kept {
		kept[i] = strings.Clone(cells[column])
	}
	return kept
}

// text is the value of a field in a row. Several columns of one field are joined with spaces.
func (f *file) text(r row, field string) string {
	columns := f.columns[field]
	if len(columns) == 1 {
		return strings.TrimSpace(r.cells[columns[0]])
	}
	var parts []string
	for _, column := range columns {
		if cell := strings.TrimSpace(r.cells[column]); cell != "" {
			parts = append(parts, cell)
		}
	}
	return strings.Join(parts, " ")
}

// column is how the file names a field, for messages.
func (f *file) column(field string) string {
	if columns := f.columns[field]; len(columns) > 0 {
		return f.names[f.kept[columns[0]]]
	}
	return field
}

const bom = "\xef\xbb\xbf"

// readFile reads a CSV file (RFC 4180) with a header. It reports lines that are no CSV, not UTF-8, or have more or
// fewer cells than the header. The error is a header that cannot be used.
func readFile(in io.Reader, fields []string, mapping map[string]string, report *Report) (*file, error) {
	hash := sha256.New()
	buffered := bufio.NewReader(io.TeeReader(in, hash))
	if start, _ := buffered.Peek(len(bom)); string(start) == bom {
		_, _ = buffered.Discard(len(bom))
	}
	reader := csv.NewReader(buffered)
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = separator(buffered), -1, true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("the file has no header line: %w", err)
	}
	f, columns := &file{}, len(header)
	if f.columns, f.names, err = mapColumns(header, fields, mapping); err != nil {
		return nil, err
	}
	for field, cells := range f.columns { // from here on they are those of kept cells
		for i, cell := range cells {
			f.columns[field][i] = len(f.kept)
			f.kept = append(f.kept, cell)
		}
	}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var invalid *csv.ParseError
		if errors.As(err, &invalid) {
			report.add(Problem{Line: invalid.StartLine, Code: "invalid_csv",
				Message: "This is not CSV: " + invalid.Err.Error() + "."})
			report.Lines++
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the file: %w", err)
		}
		line, _ := reader.FieldPos(0)
		report.Lines++
		switch {
		case len(cells) != columns:
			report.add(Problem{Line: line, Code: "wrong_columns",
				Message: fmt.Sprintf("This line has %d cells, and the header %d.", len(cells), columns)})
		case slices.ContainsFunc(cells, func(c string) bool { return !utf8.ValidString(c) }):
			report.add(Problem{Line: line, Code: "invalid_text", Message: "This line is not UTF-8."})
		default:
			f.rows = append(f.rows, row{line, f.keep(cells)})
		}
	}
	f.hash = hex.EncodeToString(hash.Sum(nil))
	return f, nil
}

// separator returns the separator of the header: a semicolon if it has one outside of quotes, and no comma.
func separator(file *bufio.Reader) rune {
	start, _ := file.Peek(4096)
	header, _, _ := bytes.Cut(start, []byte("\n"))
	quoted, commas, semicolons := false, 0, 0
	for _, c := range header {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			commas++
		case c == ';' && !quoted:
			semicolons++
		}
	}
	if semicolons > commas {
		return ';'
	}
	return ','
}

// mapColumns returns the cells of each field. A column is mapped by its name, or else has the name of a field. It
// refuses all unknown columns, by name.
func mapColumns(header, fields []string, mapping map[string]string) (map[string][]int, []string, error) {
	columns, names, used := map[string][]int{}, make([]string, len(header)), map[string]bool{}
	var unknown, wrong []string
	for i, cell := range header {
		name := strings.TrimSpace(cell)
		names[i] = name
		field, mapped := mapping[name]
		if !mapped {
			field = name
		}
		used[name] = true
		switch {
		case mapped && field == "": // left out
		case slices.Contains(fields, field):
			columns[field] = append(columns[field], i)
		case mapped:
			wrong = append(wrong, field)
		default:
			unknown = append(unknown, name)
		}
	}
	for name := range mapping {
		if !used[name] {
			return nil, nil, fmt.Errorf("the file has no column %q to map", name)
		}
	}
	choose := ". The fields are " + strings.Join(fields, ", ")
	switch {
	case len(wrong) > 0:
		return nil, nil, fmt.Errorf("there is no field %s%s", quoteAll(wrong), choose)
	case len(unknown) > 0:
		return nil, nil, fmt.Errorf("the file has unknown columns: %s. Map each to a field (--map COLUMN=FIELD) or leave it "+
			"out (--map COLUMN=)%s", quoteAll(unknown), choose)
	}
	return columns, names, nil
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}
