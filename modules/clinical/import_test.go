package clinical_test

import (
	"fmt"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules/clinical"
)

func TestImportCanBeRepeated(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("codes")
	imported := func(csv string, dry bool) string {
		var report strings.Builder
		err := clinical.Import(h.App, clinical.ICD10, strings.NewReader(csv), &report, dry, func() {})
		text := report.String()
		if err != nil {
			text += err.Error()
		}
		return text
	}
	file := "\uFEFFcode,title\nA00,Cholera\n\"a01.0\",\"Typhoid fever, \"\"abdominal\"\"\"\nB20,Maladie à VIH\n"
	got := imported(file, true)
	if got != "3 codes would be added, 0 changed, 0 unchanged, 0 lines refused\n" || h.Count("codes") != before {
		t.Errorf("dry run: %q, %d codes", got, h.Count("codes"))
	}
	if got := imported(file, false); got != "3 codes added, 0 changed, 0 unchanged, 0 lines refused\n" {
		t.Errorf("first import: %q", got)
	}
	got = imported(strings.Replace(file, "Cholera", "Cholera due to Vibrio", 1), false)
	if got != "0 codes added, 1 changed, 2 unchanged, 0 lines refused\n" {
		t.Errorf("second import: %q", got)
	}
	found := h.As("nurse1").List("codes", hospitaltest.Filter("title_key ~ 'a vih'")).OK(t).Items()
	if len(found) != 1 || found[0]["code"] != "B20" {
		t.Errorf("found without accents: %v", found)
	}
	h.Verify()
}

func TestImportReportsInvalidLines(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	file := "C00;Lip\nnothing;here\nC01\nC00;Lip again\nC02;" + strings.Repeat("x", 501) +
		"\nC03;\xff\nC04;\"broken\" quote\nC05;Palate\n"
	var report strings.Builder
	if err := clinical.Import(h.App, clinical.ICD10, strings.NewReader(file), &report, false, func() {}); err == nil {
		t.Error("the import reports no error")
	}
	got := report.String()
	for _, want := range []string{
		"2 codes added", "6 lines refused", "line 2: \"nothing\" is not an ICD-10 code", "line 3: there is no title",
		"line 4: C00 is already in line 1", "line 5: ", "line 6: the title is not UTF-8", "line 7: ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report lacks %q:\n%.900s", want, got)
		}
	}
	h.Verify()
}

func TestLongFileIsImportedInBatches(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("codes")
	var csv strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&csv, "X%02d.%d,Code %d\n", i%100, i/100, i)
	}
	var report strings.Builder
	if err := clinical.Import(h.App, clinical.ICD10, strings.NewReader(csv.String()), &report, false, func() {}); err != nil {
		t.Fatal(err, report.String())
	}
	if n := h.Count("codes") - before; n != 2500 {
		t.Errorf("%d codes", n)
	}
}

func TestCodesOfSeveralSystemsAreImported(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		system clinical.CodeSystem
		csv    string
		want   string
	}{
		{clinical.LOINC, "code,title\n2160-0,Creatinine\nJ45.0,Asthma\n", "line 3: \"J45.0\" is not a LOINC code"},
		{clinical.ATC, "code,title\nc09aa05,Ramipril\nC,Cardiovascular system\nC9,Nothing\n", "is not an ATC code"},
		{clinical.Local, "code;title\nJ45.1;Own asthma\nHOUSE 7;Round\n", "2 codes added, 0 changed"},
	} {
		var report strings.Builder
		_ = clinical.Import(h.App, c.system, strings.NewReader(c.csv), &report, false, func() {})
		if !strings.Contains(report.String(), c.want) {
			t.Errorf("%s: %s", c.system, report.String())
		}
	}
	found := h.As("doctor1").List("codes", hospitaltest.Filter("code = 'J45.1'")+"&sort=system").OK(t).Items()
	if len(found) != 2 || found[0]["system"] != "icd10" || found[1]["title"] != "Own asthma" {
		t.Errorf("the same code of two systems: %v", found)
	}
	if n := h.Count("codes"); n != 2+1+2+2 {
		t.Errorf("%d codes", n)
	}
}
