package imports_test

import (
	"fmt"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules/imports"
)

// run imports text as a file of the system "old".
func run(t testing.TB, h *hospitaltest.Hospital, kind, csv string, mapping ...string) imports.Report {
	t.Helper()
	report, err := try(h, imports.Options{Kind: kind}, csv, mapping...)
	if err != nil {
		t.Fatalf("import %s: %v", kind, err)
	}
	return report
}

// add imports a file that has no mistakes.
func add(t testing.TB, h *hospitaltest.Hospital, kind, csv string, added int) {
	t.Helper()
	if report := run(t, h, kind, csv); report.Added != added || report.Wrong > 0 {
		t.Fatalf("%s: %+v", kind, report)
	}
}

func try(h *hospitaltest.Hospital, o imports.Options, csv string, mapping ...string) (imports.Report, error) {
	o.Source, o.File, o.Mapping = "old", o.Kind+".csv", map[string]string{}
	for _, pair := range mapping {
		column, field, _ := strings.Cut(pair, "=")
		o.Mapping[column] = field
	}
	return imports.Run(h.App, strings.NewReader(csv), o)
}

// problems are the problems of a report, each as "line column code".
func problems(report imports.Report) string {
	var all []string
	for _, p := range report.Problems {
		all = append(all, fmt.Sprint(p.Line, " ", p.Column, " ", p.Code))
	}
	return strings.Join(all, "\n")
}

func TestFilesOfAHospitalAreImported(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	files := []struct{ kind, csv string }{
		{"departments", "code,name\nCARD,Cardiology\nNEURO,Neurology\n"},
		{"services", "code,name,price,tax_bp\nCARD-1,Cardiology consultation,85.50,700\n"},
		{"doctors", "id,name,email,department,consultation,license_no\n17,Dr. Ada Byron,ada@example.org,CARD,CARD-1,L17\n" +
			"18,Dr. Left Long Ago,,CARD,,\n"},
		{"nurses", "id,name,email\n21,Nurse Joy,joy@example.org\n"},
		{"schedules", "doctor,weekday,start_time,end_time,slot_minutes,capacity\n17,1,08:00,12:00,30,1\n17,1,13:00,17:00,30,1\n"},
		{"patients", "\ufeffid;name;birth_date;sex;phone\n1001;Łukasz Nowak;1950-02-03;M;1\n1002;Mary Major;1960-01-01;female;2\n"},
		{"appointments", "id,patient,doctor,starts,ends,status,cancel_code,reason\n" +
			"A1,1001,18,2015-03-04 09:00,2015-03-04 09:20,,,Cough\nA2,1001,18,2015-03-05 09:00,,cancelled,no_show,\n"},
		{"balances", "id,patient,total,issued_at,due_on,description\nR7,1002,120.05,2019-12-31,2020-01-31,Invoice 2019/7\n"},
	}
	for _, f := range files {
		lines := strings.Count(f.csv, "\n") - 1
		add(t, h, f.kind, f.csv, lines)
		audited := h.Count("audit_log")
		if again := run(t, h, f.kind, f.csv); again.Added != 0 || again.Known != lines || h.Count("audit_log") != audited {
			t.Errorf("%s again: %+v, %d entries", f.kind, again, h.Count("audit_log")-audited)
		}
	}
	desk := h.As("receptionist1")
	found := desk.List("identifiers", hospitaltest.Filter("value = '1001' && kind = 'patient'")+"&expand=patient").OK(t).Items()
	if len(found) != 1 {
		t.Fatalf("found by the old record number: %v", found)
	}
	patient := h.Record("patients", found[0]["patient"].(string))
	if patient.GetString("sex") != "male" || patient.GetString("name_key") != "lukasz nowak" || !patient.GetBool("active") {
		t.Errorf("patient: %v", patient.PublicExport())
	}
	visits := desk.List("appointments", hospitaltest.Filter("patient = '"+patient.Id+"'")+"&sort=starts").
		OK(t).Items()
	if len(visits) != 2 || visits[0]["status"] != "completed" || visits[0]["starts"] != "2015-03-04 09:00:00.000Z" ||
		visits[1]["cancel_code"] != "no_show" {
		t.Errorf("visits: %v", visits)
	}
	event := desk.List("appointment_events", hospitaltest.Filter("appointment = '"+visits[0]["id"].(string)+"'")).OK(t).Items()
	if len(event) != 1 || event[0]["action"] != "import" {
		t.Errorf("events: %v", event)
	}
	bills := h.As("accountant1").List("bills", hospitaltest.Filter("number ~ 'OPB-'")).OK(t).Items()
	if len(bills) != 1 || bills[0]["balance_minor"] != 12005.0 || bills[0]["status"] != "unpaid" {
		t.Errorf("opening balances: %v", bills)
	}
	entries := h.As("admin1").List("audit_log", hospitaltest.Filter("record = '"+patient.Id+"' && action = 'import'")).OK(t).Items()
	if len(entries) != 1 || entries[0]["actor_name"] != "import" || entries[0]["patient"] != patient.Id {
		t.Errorf("audit entries: %v", entries)
	}
	h.Verify()
}

func TestEverythingThatIsWrongIsReportedAndNothingStored(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("patients")
	report := run(t, h, "patients", "id,name,birth_date,sex,national_id\n"+
		"1,Good One,1950-01-01,,\n"+
		",,1950-01-01,,\n"+
		"3,Three,1850-01-01,,\n"+
		"4,Four,31.12.1950,robot,\n"+
		"5,Fi\u202eve,2999-01-01,,\n"+
		"1,Once more,,,\n"+
		"7,Seven\n"+
		"8,\"Patient\" 1,1980-01-01,,\n"+
		"9,Patient 1,1980-01-01,,\n"+
		"10,Ten,,,ID2\n"+
		"11,good öne,1950-01-01,,\n")
	want := `3 id required
3 name validation_required
4 birth_date invalid_date
5 birth_date invalid_date
5 sex validation_invalid_value
6 name forbidden_character
6 birth_date in_the_future
7 id twice
8  wrong_columns
9  invalid_csv
10 duplicate duplicate
11 duplicate duplicate
12 duplicate duplicate`
	if got := problems(report); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	if report.Lines != 11 || report.Wrong != 10 || h.Count("patients") != before || h.Count("imports") != 2 {
		t.Errorf("%d lines, %d wrong, %d patients more", report.Lines, report.Wrong, h.Count("patients")-before)
	}
	var text strings.Builder
	report.Print(&text)
	for _, want := range []string{"MRN " + h.Record("patients", hospitaltest.ID("pat1")).GetString("mrn"), "born 1980-01-01",
		"10 of 11 lines are wrong. Nothing was stored."} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, text.String())
		}
	}
}

func TestDuplicatesAreResolvedByAColumn(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("patients")
	mrn := h.Record("patients", hospitaltest.ID("pat1")).GetString("mrn")
	add(t, h, "patients", "id,name,birth_date,duplicate\n1,Patient 1,1980-01-01,"+mrn+"\n2,Patient 1,1980-01-01,new\n", 2)
	if n := h.Count("patients") - before; n != 1 {
		t.Errorf("%d patients more", n)
	}
	found := h.As("receptionist1").List("identifiers", hospitaltest.Filter("system = 'old' && value = '1'")).OK(t).Items()
	if len(found) != 1 || found[0]["patient"] != hospitaltest.ID("pat1") {
		t.Errorf("identifier: %v", found)
	}
	if got := problems(run(t, h, "patients", "id,name,duplicate\n5,Five,999\n")); got != "2 duplicate not_found" {
		t.Errorf("unknown record number: %s", got)
	}
	h.Verify()
}

func TestUnknownColumnsAreNamed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	csv := "Nr,FIRST,LAST,BIRTHDATE,SHOE SIZE\n1,Mary,Major,1960-01-01,41\n"
	_, err := try(h, imports.Options{Kind: "patients"}, csv, "Nr=id")
	if err == nil || !strings.Contains(err.Error(), `"FIRST", "LAST", "BIRTHDATE", "SHOE SIZE"`) {
		t.Errorf("unknown columns: %v", err)
	}
	_, err = try(h, imports.Options{Kind: "patients"}, csv, "Nr=id", "FIRST=firstname")
	if err == nil || !strings.Contains(err.Error(), `no field "firstname"`) {
		t.Errorf("a field that does not exist: %v", err)
	}
	_, err = try(h, imports.Options{Kind: "patients"}, csv, "NR=id")
	if err == nil || !strings.Contains(err.Error(), `no column "NR"`) {
		t.Errorf("a column that does not exist: %v", err)
	}
	report := run(t, h, "patients", csv, "Nr=id", "FIRST=name", "LAST=name", "BIRTHDATE=birth_date", "SHOE SIZE=")
	if report.Added != 1 {
		t.Errorf("mapped: %+v", report)
	}
	if n, _ := h.App.CountRecords("patients"); n == 0 {
		t.Error("no patients")
	}
	if _, err := h.App.FindFirstRecordByData("patients", "name", "Mary Major"); err != nil {
		t.Errorf("two columns of one field: %v", err)
	}
}

func TestDryRunStoresNothing(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("patients")
	report, err := try(h, imports.Options{Kind: "patients", DryRun: true}, "id,name\n1,One\n2,Two\n")
	if err != nil || report.Added != 2 || h.Count("patients") != before || h.Count("imports") != 2 {
		t.Errorf("%+v, %v", report, err)
	}
}
