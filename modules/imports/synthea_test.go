package imports_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/modules/imports"
)

// importSynthea imports the files in their order.
func importSynthea(t *testing.T, h *hospitaltest.Hospital, s hospitaltest.Synthea) map[string]imports.Report {
	t.Helper()
	reports := map[string]imports.Report{}
	for _, f := range []struct{ kind, csv string }{{"doctors", s.Providers}, {"patients", s.Patients},
		{"appointments", s.Encounters}, {"balances", s.Encounters}} {
		reports[f.kind] = run(t, h, f.kind, f.csv, hospitaltest.Mappings[f.kind]...)
	}
	return reports
}

func TestFilesOfSyntheaAreImported(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	s := hospitaltest.NewSynthea(1, 300, 900, false)
	counted := func() [5]int64 {
		return [5]int64{h.Count("patients"), h.Count("appointments"), h.Count("bills"), h.Count("doctors"), h.Count("audit_log")}
	}
	before := counted()
	for kind, report := range importSynthea(t, h, s) {
		if report.Added != report.Lines || report.Known != 0 {
			t.Errorf("%s: %+v", kind, report)
		}
	}
	after := counted()
	if after[0]-before[0] != 300 || after[1]-before[1] != 900 || after[2]-before[2] != 900 || after[3]-before[3] != 2 {
		t.Errorf("before %v, after %v", before, after)
	}
	for kind, report := range importSynthea(t, h, s) {
		if report.Added != 0 || report.Known != report.Lines {
			t.Errorf("%s again: %+v", kind, report)
		}
	}
	if again := counted(); again != after {
		t.Errorf("a second import changed %v to %v", after, again)
	}
	h.Verify()
}

func TestNonsenseInEveryTenthLineIsNamed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	good := hospitaltest.NewSynthea(2, 300, 900, false)
	run(t, h, "doctors", good.Providers, hospitaltest.Mappings["doctors"]...)
	bad := hospitaltest.NewSynthea(2, 300, 900, true)
	before := h.Count("patients")
	everyTenth := func(kind, csv string, lines int) {
		t.Helper()
		report := run(t, h, kind, csv, hospitaltest.Mappings[kind]...)
		wrong := map[int]bool{}
		for _, p := range report.Problems {
			wrong[p.Line] = true
		}
		for line := 2; line < lines+2; line++ {
			if wrong[line] != (line%10 == 1) {
				t.Errorf("%s: line %d: wrong is %v", kind, line, wrong[line])
			}
		}
		if report.Wrong != lines/10 {
			t.Errorf("%s: %d lines are wrong", kind, report.Wrong)
		}
	}
	everyTenth("patients", bad.Patients, 300)
	if n := h.Count("patients"); n != before {
		t.Errorf("%d patients were stored", n-before)
	}
	run(t, h, "patients", good.Patients, hospitaltest.Mappings["patients"]...)
	everyTenth("appointments", bad.Encounters, 900)
	_, err := try(h, imports.Options{Kind: "patients"}, bad.Payers)
	if err == nil || !strings.Contains(err.Error(), `"OWNERSHIP"`) || !strings.Contains(err.Error(), `"MEMBER_MONTHS"`) {
		t.Errorf("a file of another kind: %v", err)
	}
}

func TestOnlyTheFirstThousandProblemsAreListed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	report := run(t, h, "departments", "code,name\n"+strings.Repeat(",\n", 1_100))
	if len(report.Problems) != 1_000 || report.More != 1_200 || report.Wrong != 1_100 {
		t.Errorf("%d listed, %d more, %d lines wrong", len(report.Problems), report.More, report.Wrong)
	}
	var text strings.Builder
	report.Print(&text)
	if !strings.Contains(text.String(), "… and 1200 more\n1100 of 1100 lines are wrong.") {
		t.Errorf("%.200s", text.String()[max(0, text.Len()-200):])
	}
}

func TestFutureVisitsAreBooked(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	at := func(hours int) string {
		return time.Now().UTC().Truncate(time.Hour).Add(time.Duration(hours) * time.Hour).Format("2006-01-02 15:04")
	}
	mrn := h.Record("patients", hospitaltest.ID("pat1")).GetString("mrn")
	walkin := h.Record("patients", hospitaltest.ID("walkin")).GetString("mrn")
	told := func() int64 {
		n, err := h.App.CountRecords("notices", dbx.NewExp("kind != 'reminder'"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	notices := told()
	line := func(id, patient, starts, more string) string {
		return id + "," + patient + ",doctor2@example.org," + starts + "," + more + "\n"
	}
	report := run(t, h, "appointments", "id,patient,doctor,starts,status\n"+
		line("1", mrn, at(500), "")+
		line("2", walkin, at(500), "")+ // the doctor is booked by line 2
		line("3", mrn, at(-500), "approved")+
		line("4", mrn, at(600), "completed")+
		line("5", mrn, at(700), "pending")+
		line("6", mrn, "soon", "")+
		line("7", mrn, at(24*1000+3), "")) // the doctor is away
	if got, want := problems(report), `3 starts slot_taken
4 starts in_the_past
5 status too_early
6 status invalid_transition
7 starts invalid_date
8 starts beyond_horizon`; got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	add(t, h, "appointments", "id,patient,doctor,starts\n1,"+mrn+",doctor2@example.org,"+at(500)+"\n", 1)
	visit, err := h.App.FindFirstRecordByFilter("appointments", "starts = '"+at(500)+":00.000Z'")
	if err != nil {
		t.Fatal(err)
	}
	team, err := h.App.CountRecords("care_team")
	if err != nil || visit.GetString("status") != "approved" || told() != notices || team == 0 {
		t.Errorf("visit %v, %d notices more", visit.PublicExport(), told()-notices)
	}
	if _, err := h.App.FindFirstRecordByData("care_team", "appointment", visit.Id); err != nil {
		t.Errorf("the doctor cannot open the record: %v", err)
	}
	h.Verify()
}

func TestInterruptedImportIsFinishedByTheNextRun(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	s := hospitaltest.NewSynthea(3, 200, 0, false)
	before := h.Count("patients")
	stop := func(step string, done, _ int) {
		if step == "imported" && done >= 20 {
			panic("killed")
		}
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = try(h, imports.Options{Kind: "patients", Progress: stop}, s.Patients, hospitaltest.Mappings["patients"]...)
	}()
	if n := h.Count("patients") - before; n == 0 || n == 200 {
		t.Fatalf("%d patients are stored", n)
	}
	if !strings.Contains(h.Violations(imports.Module), "Every import is finished.") {
		t.Error("verify does not find the unfinished import")
	}
	if _, err := try(h, imports.Options{Kind: "departments"}, "code,name\nX,Y\n"); err == nil {
		t.Error("another import begins before the first is finished")
	}
	report := run(t, h, "patients", s.Patients, hospitaltest.Mappings["patients"]...)
	if !report.Resumed || h.Count("patients")-before != 200 {
		t.Errorf("%+v, %d patients", report, h.Count("patients")-before)
	}
	h.Verify()
}

func TestOldRecordNumbersFollowAMerge(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	add(t, h, "patients", "id,name\n77,Twice Here\n", 1)
	number, err := h.App.FindFirstRecordByFilter("identifiers", "system = 'old' && value = '77'")
	if err != nil {
		t.Fatal(err)
	}
	h.As("admin1").Create("patient_merges", hospitaltest.Body{"duplicate": number.GetString("patient"),
		"survivor": hospitaltest.ID("pat1"), "reason": "twice"}).OK(t)
	if got := h.Record("identifiers", number.Id).GetString("patient"); got != hospitaltest.ID("pat1") {
		t.Errorf("the number is of %s", got)
	}
	h.Verify()
}
