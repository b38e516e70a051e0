package clinical

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// batchSize are stored in one transaction.
const batchSize = 1000

// ImportCommand is the import command.
func ImportCommand(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "import", Short: "Brings lists into the hospital"}
	dry := false
	codes := &cobra.Command{
		Use:   "codes FILE",
		Short: "Brings in ICD-10 codes from a CSV file with the columns code and title; may be run again",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			from, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer from.Close()
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			return Import(app, from, c.OutOrStdout(), dry)
		},
	}
	codes.Flags().BoolVar(&dry, "dry-run", false, "say what would happen, and store nothing")
	command.AddCommand(codes)
	return command
}

// importCounts counts what became of the lines.
type importCounts struct{ added, changed, unchanged, refused int }

// codeLine is one line of the file.
type codeLine struct {
	line        int
	code, title string
}

// Import reads codes line by line, so that a file may be of any size. Each
// thousand is stored or not as a whole; a line that is refused is named, and the
// others are stored without it.
func Import(app core.App, from io.Reader, out io.Writer, dry bool) error {
	buffered := bufio.NewReader(from)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3)
	}
	lines := csv.NewReader(buffered)
	lines.Comma, lines.FieldsPerRecord, lines.ReuseRecord = detectSeparator(buffered), -1, true
	n, seen, waiting := importCounts{}, map[string]int{}, []codeLine{}
	refuse := func(line int, why string) {
		n.refused++
		fmt.Fprintf(out, "line %d: %s\n", line, why)
	}
	for first := true; ; first = false {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			refuse(broken.StartLine, broken.Err.Error())
			continue
		}
		if err != nil {
			return fmt.Errorf("read the codes: %w", err)
		}
		line, _ := lines.FieldPos(0)
		if first && strings.EqualFold(strings.TrimSpace(cells[0]), "code") {
			continue
		}
		next, why := parseLine(cells, seen)
		if why != "" {
			refuse(line, why)
			continue
		}
		next.line = line
		seen[next.code] = line
		if waiting = append(waiting, next); len(waiting) == batchSize {
			if err := storeBatch(app, waiting, &n, refuse, dry); err != nil {
				return err
			}
			waiting = waiting[:0]
		}
	}
	if err := storeBatch(app, waiting, &n, refuse, dry); err != nil {
		return err
	}
	done := map[bool]string{true: "would be ", false: ""}[dry]
	fmt.Fprintf(out, "%d codes %sadded, %d changed, %d unchanged, %d lines refused\n", n.added, done, n.changed, n.unchanged, n.refused)
	if n.refused > 0 {
		return fmt.Errorf("%d lines were refused", n.refused)
	}
	return nil
}

// detectSeparator is what the first line is divided by.
func detectSeparator(from *bufio.Reader) rune {
	start, _ := from.Peek(1024)
	line, _, _ := strings.Cut(string(start), "\n")
	for _, mark := range []rune{'\t', ';'} {
		if strings.ContainsRune(line, mark) && !strings.ContainsRune(line, ',') {
			return mark
		}
	}
	return ','
}

// parseLine reads a line, or says what is wrong with it.
func parseLine(cells []string, seen map[string]int) (e codeLine, why string) {
	if len(cells) < 2 {
		return e, "there is no title"
	}
	code, ok := normalizeCode(strings.Clone(cells[0]))
	title := strings.TrimSpace(strings.Clone(cells[1]))
	switch {
	case !ok:
		return e, fmt.Sprintf("%.20q is no ICD-10 code", cells[0])
	case !utf8.ValidString(title):
		return e, "the title is not UTF-8"
	case title == "":
		return e, "there is no title"
	case seen[code] > 0:
		return e, fmt.Sprintf("%s stands in line %d already", code, seen[code])
	}
	return codeLine{code: code, title: title}, ""
}

var errDryRun = errors.New("dry run")

// storeBatch writes some lines in one transaction, which a dry run takes back.
func storeBatch(app core.App, entries []codeLine, n *importCounts, refuse func(int, string), dry bool) error {
	err := app.RunInTransaction(func(tx core.App) error {
		for _, e := range entries {
			if err := upsertCode(tx, e, n, refuse); err != nil {
				return fmt.Errorf("line %d: %w", e.line, err)
			}
		}
		if dry {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

func upsertCode(tx core.App, e codeLine, n *importCounts, refuse func(int, string)) error {
	r, err := tx.FindFirstRecordByData("codes", "code", e.code)
	if err != nil {
		if r, err = kit.New(tx, "codes"); err != nil {
			return err
		}
	}
	if r.GetString("title") == e.title && r.GetBool("active") {
		n.unchanged++
		return nil
	}
	added := r.IsNew()
	r.Load(map[string]any{"code": e.code, "title": e.title, "title_key": patients.NameKey(e.title), "active": true})
	if err := tx.Save(r); err != nil {
		refuse(e.line, err.Error())
		return nil
	}
	if added {
		n.added++
	} else {
		n.changed++
	}
	return nil
}
