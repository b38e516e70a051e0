package conformance_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	root         = "../.."
	securityPage = root + "/docs/security.md"
)

// answerWords are the answers of the tables, in the order of the table of counts.
var answerWords = []string{"yes", "partly", "no", "not ours", "not applicable"}

// defectStates are the states of the table of defects.
var defectStates = []string{"closed", "partly", "open"}

// asvsLevels has the requirements of ASVS 4.0.3 by section, with the level of the first, the second
// and so on; - is one of level 3, or one that the standard dropped.
var asvsLevels = []string{
	"1.1 2222222", "1.2 2222", "1.4 2--22", "1.5 2222", "1.6 2222", "1.7 22", "1.8 22", "1.9 22", "1.10 2",
	"1.11 22", "1.12 -2", "1.14 222222",
	"2.1 111111111111", "2.2 111", "2.3 122", "2.4 22222", "2.5 1111112", "2.6 222", "2.7 111122",
	"2.8 1222222", "2.9 222", "2.10 2222",
	"3.1 1", "3.2 1112", "3.3 1122", "3.4 11111", "3.5 222", "3.7 1",
	"4.1 111-1", "4.2 11", "4.3 112",
	"5.1 11111", "5.2 11111111", "5.3 1111111111", "5.4 222", "5.5 1111",
	"6.1 222", "6.2 122222", "6.3 22", "6.4 22",
	"7.1 1122", "7.2 22", "7.3 2-22", "7.4 122",
	"8.1 2222", "8.2 111", "8.3 11112222",
	"9.1 111", "9.2 2222",
	"10.2 22", "10.3 111",
	"11.1 11111222",
	"12.1 122", "12.2 2", "12.3 111112", "12.4 11", "12.5 11", "12.6 1",
	"13.1 1-122", "13.2 111-22", "13.3 12", "13.4 22",
	"14.1 2222", "14.2 111222", "14.3 -11", "14.4 1111111", "14.5 1112",
}

// tableRow is a row of the page, with its cells by the heading of their column.
type tableRow struct {
	line  int
	cells []string
	by    map[string]string
}

// securityRows reads the tables of the page.
func securityRows(t *testing.T) (rows []tableRow, text string) {
	t.Helper()
	content, err := os.ReadFile(securityPage)
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for i, line := range strings.Split(string(content), "\n") {
		inner, isRow := strings.CutPrefix(line, "| ")
		if !isRow {
			if !strings.HasPrefix(line, "|") {
				columns = nil
			}
			continue
		}
		cells := strings.Split(strings.TrimSuffix(inner, " |"), " | ")
		if columns == nil {
			columns = cells
			continue
		}
		if len(cells) != len(columns) {
			t.Errorf("line %d has %d cells, its table %d columns", i+1, len(cells), len(columns))
			continue
		}
		row := tableRow{i + 1, cells, map[string]string{}}
		for j, name := range columns {
			row.by[name] = cells[j]
		}
		rows = append(rows, row)
	}
	if len(rows) < 300 {
		t.Errorf("the page has only %d rows", len(rows))
	}
	return rows, string(content)
}

var (
	inBackticks = regexp.MustCompile("`([^`\n]+)`")
	linkTarget  = regexp.MustCompile(`\]\(([^)#]+)`)
	testName    = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
	fileName    = regexp.MustCompile(`^(Makefile|[\w.-]+\.(go|mod|sum|md|yml)|[\w.-]+(/[\w.-]+)+)$`)
)

func TestSecurityPageNamesWhatExists(t *testing.T) {
	t.Parallel()
	declared := testFunctions(t)
	_, text := securityRows(t)
	missing := func(file string) bool { _, err := os.Stat(file); return err != nil }
	names := 0
	for _, quoted := range inBackticks.FindAllStringSubmatch(text, -1) {
		switch name := quoted[1]; {
		case testName.MatchString(name):
			if names++; !declared[name] {
				t.Errorf("there is no test %s", name)
			}
		case fileName.MatchString(name) && missing(filepath.Join(root, name)):
			t.Errorf("there is no file %s", name)
		}
	}
	for _, link := range linkTarget.FindAllStringSubmatch(text, -1) {
		if missing(filepath.Join(filepath.Dir(securityPage), link[1])) {
			t.Errorf("a link leads to %s, which does not exist", link[1])
		}
	}
	if names < 200 {
		t.Errorf("only %d tests are named", names)
	}
}

// testFunctions returns the names of the tests and fuzz targets of the repository.
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && testName.MatchString(f.Name.Name) {
				names[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// An answer without a place that shows it is an opinion: every yes names a test or a file, or says
// the reason.
func TestSecurityPageAnswersAreKnownWords(t *testing.T) {
	t.Parallel()
	rows, _ := securityRows(t)
	for _, r := range rows {
		answer, answered := r.by["answer"]
		if answered && len(r.cells) > 2 && !slices.Contains(answerWords, answer) {
			t.Errorf("line %d: the answer %q is none of %q", r.line, answer, answerWords)
		}
		if answered && answer == "yes" && r.cells[len(r.cells)-1] == "–" {
			t.Errorf("line %d: the answer is yes, and nothing shows it", r.line)
		}
		state, isDefect := r.by["state"]
		if !isDefect {
			continue
		}
		if !slices.Contains(defectStates, state) {
			t.Errorf("line %d: the state %q is none of %q", r.line, state, defectStates)
		}
		if tested := strings.Contains(r.by["regression tests"], "`Test"); state != "open" && !tested {
			t.Errorf("line %d: a defect that is %s has no regression test", r.line, state)
		}
	}
}

var asvsNumber = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

func TestSecurityPageHasEveryRequirementOnce(t *testing.T) {
	t.Parallel()
	want := map[string]string{} // number -> level
	for _, section := range asvsLevels {
		name, levels, _ := strings.Cut(section, " ")
		for i, level := range levels {
			if level != '-' {
				want[fmt.Sprintf("%s.%d", name, i+1)] = string(level)
			}
		}
	}
	if len(want) != 259 {
		t.Fatalf("the standard has 259 requirements of the levels 1 and 2, the list %d", len(want))
	}
	rows, text := securityRows(t)
	seen, counts := map[string]bool{}, map[string]map[string]int{"all": {}}
	for _, r := range rows {
		number := r.by["no."]
		if !asvsNumber.MatchString(number) {
			continue
		}
		if seen[number] {
			t.Errorf("line %d: %s is there twice", r.line, number)
		}
		if seen[number] = true; r.by["level"] != want[number] {
			t.Errorf("line %d: %s has the level %q, want %q", r.line, number, r.by["level"], want[number])
		}
		chapter, _, _ := strings.Cut("V"+number, ".")
		if counts[chapter] == nil {
			counts[chapter] = map[string]int{}
		}
		counts[chapter][r.by["answer"]]++
		counts["all"][r.by["answer"]]++
	}
	for number := range want {
		if !seen[number] {
			t.Errorf("%s is missing", number)
		}
	}
	for chapter, answers := range counts {
		line := "| " + chapter
		for _, word := range answerWords {
			line += fmt.Sprintf(" | %d", answers[word])
		}
		if line += " |"; !strings.Contains(text, line+"\n") {
			t.Errorf("the table of counts lacks %s", line)
		}
	}
}
