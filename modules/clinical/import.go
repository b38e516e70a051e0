package clinical

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// Code is a record of codes: one that doctors choose from.
type Code struct{ *core.Record }

// activeTitle is the title of a code that can be chosen, and empty for others.
func (c Code) activeTitle() string {
	if !c.GetBool("active") {
		return ""
	}
	return c.GetString("title")
}

func (c Code) setActive(system CodeSystem, code, title string) {
	c.Set("system", string(system))
	c.Set("code", code)
	c.Set("title", title)
	c.Set("title_key", patients.NameKey(title))
	c.Set("active", true)
}

const (
	// batchSize is the number of lines that are stored in one transaction.
	batchSize = 200
	// pause is how long an import lets others write between two transactions. A server that
	// waits for the database looks every 100 ms.
	pause = 120 * time.Millisecond
)

// CodesCommand returns the command "codes" of "import". It pauses for others if a server serves the same data.
func CodesCommand(app core.App, served func() bool) *cobra.Command {
	dry, system := false, ""
	codes := &cobra.Command{
		Use:   "codes FILE",
		Short: "Import codes from a CSV file with the columns code and title; it can be repeated",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if _, ok := codeSystems[CodeSystem(system)]; !ok {
				return fmt.Errorf("--system %s: the systems are icd10, loinc, atc and local", system)
			}
			file, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			yield := func() {}
			if served() {
				yield = func() { time.Sleep(pause) }
			}
			return Import(app, CodeSystem(system), file, c.OutOrStdout(), dry, yield)
		},
	}
	codes.Flags().BoolVar(&dry, "dry-run", false, "report what would happen and store nothing")
	codes.Flags().StringVar(&system, "system", string(ICD10), "system of the codes: icd10, loinc, atc or local")
	return codes
}

// codeSystem is how the codes of a system are named and normalized.
type codeSystem struct {
	name      string
	normalize func(text string) (code string, ok bool)
}

var codeSystems = map[CodeSystem]codeSystem{
	ICD10: {"an ICD-10 code", normalizeCode},
	LOINC: {"a LOINC code", matching(`^[0-9]{1,7}-[0-9]$`)},
	ATC:   {"an ATC code", matching(`^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$`)},
	Local: {"a code of 1 to 20 characters", matching(`^[^\s](.{0,18}[^\s])?$`)},
}

// matching normalizes codes to capital letters and accepts those that match.
func matching(pattern string) func(text string) (string, bool) {
	valid := regexp.MustCompile(pattern)
	return func(text string) (string, bool) {
		code := strings.ToUpper(strings.TrimSpace(text))
		return code, valid.MatchString(code)
	}
}

// importCounts is the number of lines by outcome.
type importCounts struct{ added, changed, unchanged, refused int }

// codeLine is a valid line of the file.
type codeLine struct {
	line        int
	code, title string
}

// Import stores the codes of a system from a CSV file. It reads the file line by line, so that its size does not
// matter, and stores batches in transactions. It reports invalid lines to out, stores the others,
// and then returns an error. It calls yield after every transaction.
func Import(app core.App, system CodeSystem, file io.Reader, out io.Writer, dry bool, yield func()) error {
	buffered := bufio.NewReader(file)
	if bom, err := buffered.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3)
	}
	lines := csv.NewReader(buffered)
	lines.Comma, lines.FieldsPerRecord, lines.ReuseRecord = detectSeparator(buffered), -1, true
	n, lineOf, batch := importCounts{}, map[string]int{}, []codeLine{}
	refuse := func(line int, reason string) {
		n.refused++
		fmt.Fprintf(out, "line %d: %s\n", line, reason)
	}
	for first := true; ; first = false {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var invalid *csv.ParseError
		if errors.As(err, &invalid) {
			refuse(invalid.StartLine, invalid.Err.Error())
			continue
		}
		if err != nil {
			return fmt.Errorf("read the codes: %w", err)
		}
		line, _ := lines.FieldPos(0)
		if first && strings.EqualFold(strings.TrimSpace(cells[0]), "code") {
			continue
		}
		next, reason := parseLine(system, cells, lineOf)
		if reason != "" {
			refuse(line, reason)
			continue
		}
		next.line = line
		lineOf[next.code] = line
		if batch = append(batch, next); len(batch) == batchSize {
			if err := storeBatch(app, system, batch, &n, refuse, dry); err != nil {
				return err
			}
			batch = batch[:0]
			yield()
		}
	}
	if err := storeBatch(app, system, batch, &n, refuse, dry); err != nil {
		return err
	}
	would := map[bool]string{true: "would be ", false: ""}[dry]
	fmt.Fprintf(out, "%d codes %sadded, %d changed, %d unchanged, %d lines refused\n",
		n.added, would, n.changed, n.unchanged, n.refused)
	if n.refused > 0 {
		return fmt.Errorf("%d lines were refused", n.refused)
	}
	return nil
}

// detectSeparator returns the separator of the first line: a tab, semicolon or comma.
func detectSeparator(file *bufio.Reader) rune {
	start, _ := file.Peek(1024)
	line, _, _ := strings.Cut(string(start), "\n")
	for _, separator := range []rune{'\t', ';'} {
		if strings.ContainsRune(line, separator) && !strings.ContainsRune(line, ',') {
			return separator
		}
	}
	return ','
}

// parseLine returns a line, or the reason why it is invalid. lineOf has the lines of earlier codes.
func parseLine(system CodeSystem, cells []string, lineOf map[string]int) (l codeLine, reason string) {
	if len(cells) < 2 {
		return l, "there is no title"
	}
	code, ok := codeSystems[system].normalize(strings.Clone(cells[0]))
	title := strings.TrimSpace(strings.Clone(cells[1]))
	switch {
	case !ok:
		return l, fmt.Sprintf("%.20q is not %s", cells[0], codeSystems[system].name)
	case !utf8.ValidString(title):
		return l, "the title is not UTF-8"
	case title == "":
		return l, "there is no title"
	case lineOf[code] > 0:
		return l, fmt.Sprintf("%s is already in line %d", code, lineOf[code])
	}
	return codeLine{code: code, title: title}, ""
}

var errDryRun = errors.New("dry run")

// storeBatch stores lines in one transaction. A dry run rolls it back.
func storeBatch(
	app core.App, system CodeSystem, batch []codeLine, n *importCounts, refuse func(int, string), dry bool,
) error {
	err := app.RunInTransaction(func(tx core.App) error {
		for _, l := range batch {
			if err := upsertCode(tx, system, l, n, refuse); err != nil {
				return fmt.Errorf("line %d: %w", l.line, err)
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

func upsertCode(tx core.App, system CodeSystem, l codeLine, n *importCounts, refuse func(int, string)) error {
	r, err := tx.FindFirstRecordByFilter("codes", "system = {:system} && code = {:code}",
		dbx.Params{"system": string(system), "code": l.code})
	if errors.Is(err, sql.ErrNoRows) {
		r, err = kit.New(tx, "codes")
	}
	if err != nil {
		return err
	}
	code, added := Code{r}, r.IsNew()
	if code.activeTitle() == l.title {
		n.unchanged++
		return nil
	}
	code.setActive(system, l.code, l.title)
	if err := tx.Save(code.Record); err != nil {
		var invalid validation.Errors
		if !errors.As(err, &invalid) { // not the line's mistake
			return err
		}
		refuse(l.line, err.Error())
		return nil
	}
	if added {
		n.added++
	} else {
		n.changed++
	}
	return nil
}
