package reports_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hospital/internal/hospitaltest"
)

// exported are the exports, and who may download each.
var exported = map[string][]string{
	"bills": {"accountant1", "admin1"}, "payments": {"accountant1", "admin1"}, "prices": {"accountant1", "admin1"},
	"appointments": {"receptionist1", "admin1"}, "patients": {"admin1"}, "audit": {"admin1"},
}

// aYear is a period with all that the hospital of the tests has.
func aYear() string {
	now := time.Now()
	return "from=" + now.AddDate(0, -6, 0).Format(time.DateOnly) + "&to=" + now.AddDate(0, 6, 0).Format(time.DateOnly)
}

// csvOf and cellsOf are the rows of a file, the header first.
func csvOf(t *testing.T, answer hospitaltest.Response) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(answer.OK(t).Raw, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func cellsOf(t *testing.T, answer hospitaltest.Response) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(answer.OK(t).Raw))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	panes, err := book.GetPanes("Sheet1")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the header scrolls away: %+v (%v)", panes, err)
	}
	rows, err := book.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// same compares a cell of a workbook with that of a CSV file, where a formula is escaped.
func same(cell, text string) bool {
	x, ok := new(big.Rat).SetString(cell)
	y, also := new(big.Rat).SetString(text)
	return cell == text || "'"+cell == text || ok && also && x.Cmp(y) == 0
}

func TestWorkbooksHaveTheCellsOfTheCSVFiles(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("accountant1").Update("payments", id("paid1"), body{"status": "verified"}).OK(t)
	if err := h.SQL("UPDATE patients SET address = '=1+1', phone = '+49 30 5' WHERE id = '" + id("pat1") + "'"); err != nil {
		t.Fatal(err)
	}
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Asia/Kathmandu"}).OK(t)
	for name := range exported {
		if name == "audit" {
			continue // each download is a new entry
		}
		text := csvOf(t, get(h, "admin1", "reports/"+name+".csv?"+aYear()))
		cells := cellsOf(t, get(h, "admin1", "reports/"+name+".xlsx?"+aYear()))
		if len(cells) != len(text) || len(text) < 2 {
			t.Fatalf("%s: %d and %d rows", name, len(cells), len(text))
		}
		for i, row := range text {
			for j, want := range row {
				got := ""
				if j < len(cells[i]) { // empty cells at the end are left out
					got = cells[i][j]
				}
				if !same(got, want) {
					t.Errorf("%s: row %d, %s is %q in the workbook and %q in the CSV file", name, i, text[0][j], got, want)
				}
			}
		}
	}
	if len(cellsOf(t, get(h, "admin1", "reports/audit.xlsx?"+aYear()))) < 10 {
		t.Error("the audit log is not in the workbook")
	}
}

func TestCellsHaveTypes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	book, err := excelize.OpenReader(bytes.NewReader(get(h, "admin1", "reports/appointments.xlsx?"+aYear()).OK(t).Raw))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if kind, err := book.GetCellType("Sheet1", "B2"); err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		t.Errorf("a time is a text (%v, %v)", kind, err)
	}
	raw, err := book.GetCellValue("Sheet1", "B2", excelize.Options{RawCellValue: true})
	if err != nil || strings.ContainsAny(raw, "-: ") {
		t.Errorf("a time is %q (%v)", raw, err)
	}
	patients, err := excelize.OpenReader(bytes.NewReader(get(h, "admin1", "reports/patients.xlsx").OK(t).Raw))
	if err != nil {
		t.Fatal(err)
	}
	defer patients.Close()
	if raw, err := patients.GetCellValue("Sheet1", "L2", excelize.Options{RawCellValue: true}); err != nil || strings.Contains(raw, ".") {
		t.Errorf("a day is %q (%v)", raw, err)
	}
}

func TestExportsAreForTheirRoles(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for name, roles := range exported {
		for _, format := range []string{"csv", "xlsx"} {
			for _, account := range []string{"admin1", "accountant1", "receptionist1", "doctor1", "nurse1", "patient1", "guest"} {
				want := http.StatusForbidden
				if slices.Contains(roles, account) {
					want = http.StatusOK
				} else if account == "guest" {
					want = http.StatusUnauthorized
				}
				if got := get(h, account, "reports/"+name+"."+format).Status; got != want {
					t.Errorf("%s downloads %s.%s: %d, want %d", account, name, format, got, want)
				}
			}
		}
	}
}

func TestColumnsAndRowsAreChosen(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	ask := func(account, query string) [][]string {
		return csvOf(t, get(h, account, "reports/appointments.csv?"+aYear()+query))
	}
	all := ask("receptionist1", "")
	two := ask("receptionist1", "&fields=patient,number")
	if len(two) != len(all) || !slices.Equal(two[0], []string{"number", "patient"}) {
		t.Errorf("two columns are %q", two[0])
	}
	doctors := map[string]int{}
	for _, row := range ask("receptionist1", "&filter="+strings.ReplaceAll(`doctor="`+id("dr1")+`" && status="approved"`, " ", "%20")) {
		doctors[row[7]]++
	}
	if len(doctors) != 2 || doctors["Dr. 1"] == 0 { // and the header
		t.Errorf("the visits of one doctor are of %v", doctors)
	}
	if raw := get(h, "receptionist1", "reports/appointments.csv?bom=false").OK(t).Raw; !bytes.HasPrefix(raw, []byte("number,")) {
		t.Errorf("it begins with %q", raw[:10])
	}
	for _, bad := range []string{"fields=none", "fields=number,", "filter=none=1", "filter=((", `filter=@request.auth.id!=""`,
		`filter=@collection.users.id!=""`, "from=x"} {
		if answer := get(h, "receptionist1", "reports/appointments.csv?"+strings.ReplaceAll(bad, " ", "%20")); answer.Status != 400 {
			t.Errorf("%s answered %d", bad, answer.Status)
		}
	}
	// what the desk does not see cannot be asked for
	if err := h.SQL("UPDATE patients SET medical_history = 'zxq'"); err != nil {
		t.Fatal(err)
	}
	if answer := get(h, "receptionist1", `reports/appointments.csv?filter=patient.medical_history~"zxq"`); answer.Status != 400 {
		t.Errorf("a filter by a hidden field answered %d", answer.Status)
	}
}

// A table of 4,500 visits has each of them once, whatever the pages, and finds them by an index.
func TestLongTablesHaveEveryRowOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if err := h.SQL(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
		INSERT INTO appointments (id, number, patient, doctor, status, starts, ends, version)
		SELECT printf('long%%011d', i), printf('L-%%d', i), '%s', '%s', 'completed', printf('1999-01-%%02d 10:00:00.000Z', 1 + i / 900),
			printf('1999-01-%%02d 10:30:00.000Z', 1 + i / 900), 1 FROM n`, id("pat1"), id("dr1"))); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range csvOf(t, get(h, "admin1", "reports/appointments.csv?from=1999-01-01&to=1999-01-31"))[1:] {
		seen[row[0]] = true
	}
	if len(seen) != 4500 {
		t.Errorf("%d visits", len(seen))
	}
	for path, table := range map[string]string{"reports/appointments.csv?from=1999-01-01&to=1999-01-31": "appointments",
		"reports/patients.csv": "patients", "reports/audit.csv": "audit_log", "reports/bills.xlsx": "bills"} {
		for _, plan := range h.Plans(func() { get(h, "admin1", path).OK(t) }) {
			for _, step := range plan.Of(table) {
				if strings.Contains(step, "TEMP B-TREE") || strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "USING") {
					t.Errorf("%s: %s\n%s", path, step, plan.SQL)
				}
			}
		}
	}
}
