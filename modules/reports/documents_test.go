package reports_test

import (
	"fmt"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
)

func TestWhoGetsWhat(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	visit, err := h.App.FindFirstRecordByData("bills", "appointment", id("done1"))
	if err != nil {
		t.Fatal(err)
	}
	h.As("accountant1").Update("payments", id("paid1"), body{"status": "verified"}).OK(t)
	const theirs, drafts, books = 0, 1, 2
	paths := map[string]int{
		"bills/" + visit.Id + "/pdf": theirs, "bills/" + visit.Id + "/csv": theirs, "payments/" + id("paid1") + "/receipt": theirs,
		"bills/" + id("draft1") + "/pdf": drafts, "bills/" + id("draft1") + "/csv": drafts,
		"reports/bills.csv": books, "reports/payments.csv": books, "reports/billing": books,
	}
	for account, want := range map[string][3]int{
		"guest": {401, 401, 401}, "patient1": {200, 404, 403}, "patient2": {404, 404, 403}, "doctor1": {404, 404, 403}, "nurse1": {404, 404, 403},
		"receptionist1": {200, 200, 403}, "accountant1": {200, 200, 200}, "admin1": {200, 200, 200},
	} {
		for route, kind := range paths {
			answer := get(h, account, route)
			if answer.Status != want[kind] {
				t.Errorf("%s asks for %s: %d %s, want %d", account, route, answer.Status, answer.Raw, want[kind])
			}
			if answer.Status == http.StatusNotFound {
				missing := "bills/" + id("nobody") + "/pdf"
				if other := get(h, account, missing); string(other.Raw) != string(answer.Raw) {
					t.Errorf("%s: refused is %s, missing is %s", account, answer.Raw, other.Raw)
				}
			}
			disposition, named, _ := mime.ParseMediaType(answer.Header.Get("Content-Disposition"))
			if answer.Status == http.StatusOK && kind != books &&
				(disposition != "attachment" || !slices.Contains([]string{".pdf", ".csv"}, path.Ext(named["filename"])) || answer.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("%s is sent as %q, %v", route, named, answer.Header)
			}
		}
	}
	refused := get(h, "patient1", "payments/"+id("paid2")+"/receipt")
	if refused.Status != http.StatusNotFound {
		t.Errorf("the receipt of somebody else: %d", refused.Status)
	}
	if waiting := get(h, "patient2", "payments/"+id("paid2")+"/receipt"); waiting.Status != http.StatusConflict || waiting.Code("status") != "not_verified" {
		t.Errorf("the receipt of what is not verified: %s", waiting.Raw)
	}
	for query, code := range map[string]string{"from=yesterday": "from invalid_date", "from=2030-01-02&to=2030-01-01": "to ends_before_starts", "from=2000-01-01&to=2030-01-01": "to too_many_days", "by=week": "by unknown_period"} {
		field, code, _ := strings.Cut(code, " ")
		if answer := get(h, "accountant1", "reports/billing?"+query); answer.Status != http.StatusBadRequest || answer.Code(field) != code {
			t.Errorf("%s: %d %s", query, answer.Status, answer.Raw)
		}
	}
}

// TestEveryExportStandsInTheLog: of each patient whose books somebody else took away.
func TestEveryExportStandsInTheLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	visit, err := h.App.FindFirstRecordByData("bills", "appointment", id("done1"))
	if err != nil {
		t.Fatal(err)
	}
	h.As("accountant1").Update("payments", id("paid1"), body{"status": "verified"}).OK(t)
	for _, c := range []struct {
		path       string
		collection string
		patients   []string
	}{
		{"bills/" + visit.Id + "/pdf", "bills", []string{"pat1"}},
		{"bills/" + visit.Id + "/csv", "bills", []string{"pat1"}},
		{"payments/" + id("paid1") + "/receipt", "payments", []string{"pat1"}},
		{"reports/bills.csv", "bills", []string{"pat1", "pat2"}},
		{"reports/payments.csv", "payments", []string{"pat1"}},
		{"patients/" + id("pat2") + "/statement?format=csv", "patients", []string{"pat2"}},
	} {
		answer := get(h, "accountant2", c.path).OK(t)
		if err := audit.Flush(h.App); err != nil {
			t.Fatal(err)
		}
		var logged []string
		err := h.App.DB().NewQuery("SELECT collection || ' ' || patient FROM audit_log WHERE actor = {:actor} AND action = 'export' AND request = {:request} ORDER BY 1").
			Bind(dbx.Params{"actor": id("accountant2"), "request": answer.Header.Get("X-Request-Id")}).Column(&logged)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, p := range c.patients {
			want = append(want, c.collection+" "+id(p))
		}
		if !slices.Equal(logged, want) {
			t.Errorf("%s: the log has %q, want %q", c.path, logged, want)
		}
	}
}

func TestADraftAndAVoidBillSaySo(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 700, 5_000)
	notice := func() string {
		return pages(t, get(h, "accountant1", "bills/"+bill+"/pdf").OK(t).Raw)[0][1]
	}
	if said := notice(); !strings.HasPrefix(said, "DRAFT.") {
		t.Errorf("a draft says %q", said)
	}
	issue(h, bill)
	if said := notice(); said != "Test Hospital" {
		t.Errorf("an invoice says %q", said)
	}
	h.As("accountant1").Update("bills", bill, body{"status": "void", "reason": "billed twice"}).OK(t)
	if said := notice(); !strings.HasPrefix(said, "VOID since "+time.Now().UTC().Format(time.DateOnly)) {
		t.Errorf("a void bill says %q", said)
	}
}

// TestWhatPeopleTypeIsOnlyText: in a sheet no formula, in a document no markup, and
// what cannot be drawn is said.
func TestWhatPeopleTypeIsOnlyText(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	accountant := h.As("accountant1")
	bill := sale(h, 0, 100)
	texts := []string{"=1+1", "+1", "-1", "@SUM(A1)", "|x", "＝1", "a\tb", "plain, \"quoted\"", "two\nlines", `\) Tj ET (x`, "{nb}", "<b>Zoë</b>", "Ελένη Щерба Ánh", "عبد الله", "王小明 😀", strings.Repeat("W", 300)}
	for _, text := range texts {
		accountant.Create("bill_items", body{"bill": bill, "description": text, "quantity": 1, "unit_minor": 1}).OK(t)
	}
	issue(h, bill)
	var cells []string
	for _, row := range table(t, get(h, "accountant1", "bills/"+bill+"/csv")) {
		cells = append(cells, row["description"])
		if row["total"] != "0.01" && row["total"] != "1.00" {
			t.Errorf("an amount is %q", row["total"])
		}
	}
	for i, text := range texts {
		want := text
		if i < 6 {
			want = "'" + text
		}
		if cells[i+1] != want { // the reader of the test makes LF of CRLF
			t.Errorf("%q became %q", text, cells[i+1])
		}
	}
	document := pages(t, get(h, "accountant1", "bills/"+bill+"/pdf").OK(t).Raw)
	texts = slices.Concat(document...)
	for _, want := range []string{"=1+1", `\) Tj ET (x`, "{nb}", "<b>Zoë</b>", "Ελένη Щерба Ánh", "ﻪﻠﻟﺍ ﺪﺒﻋ", "□□□ □", "two lines"} {
		if !slices.Contains(texts, want) {
			t.Errorf("%q is not printed: %q", want, texts)
		}
	}
	if !slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, "Where □ stands") }) {
		t.Error("nothing says that something could not be drawn")
	}
}

// TestALongExportHasEveryBillOnce, also those of one moment, on which its pages end.
func TestALongExportHasEveryBillOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	const bills = 1_230
	err := h.SQL(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO bills (id, number, kind, patient, status, currency, total_minor, balance_minor, issued_at, version, created)
		SELECT printf('bi%%013d', i), printf('INV-1999-%%06d', i), 'invoice', '%s', 'unpaid', 'EUR', 1, 1, printf('1999-01-%%02d 12:00:00.000Z', 1 + i / 900), 1, '1999-01-01 12:00:00.000Z' FROM n`, bills, id("pat1")))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	last := ""
	for _, row := range table(t, get(h, "accountant1", "reports/bills.csv?from=1999-01-01&to=1999-01-31")) {
		if seen[row["number"]] || row["issued_on"] < last {
			t.Errorf("%s comes twice, or after %s", row["number"], last)
		}
		seen[row["number"]], last = true, row["issued_on"]
	}
	if len(seen) != bills {
		t.Errorf("%d of %d bills", len(seen), bills)
	}
	for _, c := range []struct{ path, table string }{{"reports/bills.csv?from=1999-01-01&to=1999-01-31", "bills"}, {"reports/billing?from=1999-01-01&to=1999-01-31&by=day", "bills"}, {"reports/billing?from=1999-01-01&to=1999-01-31", "payments"}, {"reports/payments.csv", "payments"}} {
		looked := 0
		for _, plan := range h.Plans(func() { get(h, "accountant1", c.path).OK(t) }) {
			for _, step := range plan.Of(c.table) {
				looked++
				if !strings.HasPrefix(step, "SEARCH") && !strings.HasSuffix(plan.SQL, "WHERE 0=1") { // which asks for none
					t.Errorf("%s: %s in %s", c.path, step, plan.SQL)
				}
			}
		}
		if looked == 0 {
			t.Errorf("%s looks nowhere", c.path)
		}
	}
}

// TestStatisticsFollowTheHospitalsDays: what happened in the night belongs to the
// day that it was there, and a bill made void later to both of its days.
func TestStatisticsFollowTheHospitalsDays(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Pacific/Auckland"}).OK(t)
	bill := sale(h, 0, 700)
	h.At(time.Date(2031, 1, 31, 10, 30, 0, 0, time.UTC)) // half past eleven in the night
	issue(h, bill)
	h.At(time.Date(2031, 1, 31, 11, 30, 0, 0, time.UTC)) // half past midnight
	h.As("accountant1").Update("bills", bill, body{"status": "void", "reason": "billed twice"}).OK(t)
	periods := func(query string) (said []string) {
		for _, p := range get(h, "accountant1", "reports/billing?"+query).OK(t).JSON["periods"].([]any) {
			f := p.(map[string]any)
			if f["billed_minor"] != 0.0 || f["voided_minor"] != 0.0 {
				said = append(said, fmt.Sprintf("%v to %v: %v, %v", f["from"], f["to"], f["billed_minor"], f["voided_minor"]))
			}
		}
		return said
	}
	if said := periods("from=2031-01-15&to=2031-02-10&by=month"); !slices.Equal(said, []string{"2031-01-15 to 2031-01-31: 700, 0", "2031-02-01 to 2031-02-10: 0, 700"}) {
		t.Errorf("by month: %q", said)
	}
	if said := periods("from=2031-01-15&to=2031-02-10&by=day"); !slices.Equal(said, []string{"2031-01-31 to 2031-01-31: 700, 0", "2031-02-01 to 2031-02-01: 0, 700"}) {
		t.Errorf("by day: %q", said)
	}
}

// TestNothingClinicalIsExported writes a word into every clinical text and looks for
// it in all that can be taken away.
func TestNothingClinicalIsExported(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	const secret = "zxqclinical"
	if err := h.SQL("UPDATE appointments SET reason = '" + secret + "', staff_note = '" + secret + "'"); err != nil {
		t.Fatal(err)
	}
	if err := h.SQL("UPDATE patients SET medical_history = '" + secret + "', national_id = '" + secret + "' || id"); err != nil {
		t.Fatal(err)
	}
	visit, err := h.App.FindFirstRecordByData("bills", "appointment", id("done1"))
	if err != nil {
		t.Fatal(err)
	}
	printed := pages(t, get(h, "accountant1", "bills/"+visit.Id+"/pdf").OK(t).Raw)
	said := fmt.Sprint(printed)
	for _, path := range []string{"bills/" + visit.Id + "/csv", "reports/bills.csv", "reports/payments.csv", "reports/billing", "patients/" + id("pat1") + "/statement?format=csv", "reports/day-close?format=csv"} {
		said += string(get(h, "accountant1", path).OK(t).Raw)
	}
	if strings.Contains(said, secret) {
		t.Errorf("the books tell what is none of an accountant's business: %s", said)
	}
	if !strings.Contains(said, "Consultation") || after(t, printed, "Patient") != "Patient 1" {
		t.Errorf("the books tell nothing: %s", said)
	}
}
