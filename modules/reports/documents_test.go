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

	"hospital/internal/hospitaltest"
)

func TestDocumentsFollowPermissions(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	visit, err := h.App.FindFirstRecordByData("bills", "appointment", id("done1"))
	if err != nil {
		t.Fatal(err)
	}
	h.As("accountant1").Update("payments", id("paid1"), body{"status": "verified"}).OK(t)
	const theirs, drafts, books = 0, 1, 2
	paths := map[string]int{
		"bills/" + visit.Id + "/pdf": theirs, "bills/" + visit.Id + "/csv": theirs,
		"payments/" + id("paid1") + "/receipt": theirs,
		"bills/" + id("draft1") + "/pdf":       drafts, "bills/" + id("draft1") + "/csv": drafts,
		"reports/bills.csv": books, "reports/payments.csv": books, "reports/billing": books,
	}
	for account, want := range map[string][3]int{
		"guest": {401, 401, 401}, "patient1": {200, 404, 403}, "patient2": {404, 404, 403},
		"doctor1": {404, 404, 403}, "nurse1": {404, 404, 403},
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
			if answer.Status != http.StatusOK || kind == books {
				continue
			}
			disposition, params, _ := mime.ParseMediaType(answer.Header.Get("Content-Disposition"))
			if disposition != "attachment" || !slices.Contains([]string{".pdf", ".csv"}, path.Ext(params["filename"])) ||
				answer.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s is sent as %q, %v", route, params, answer.Header)
			}
		}
	}
	refused := get(h, "patient1", "payments/"+id("paid2")+"/receipt")
	if refused.Status != http.StatusNotFound {
		t.Errorf("the receipt of somebody else: %d", refused.Status)
	}
	pending := get(h, "patient2", "payments/"+id("paid2")+"/receipt")
	if pending.Status != http.StatusConflict || pending.Code("status") != "not_verified" {
		t.Errorf("the receipt of a pending payment: %s", pending.Raw)
	}
	for query, code := range map[string]string{
		"from=yesterday": "from invalid_date", "from=2030-01-02&to=2030-01-01": "to ends_before_starts",
		"from=2000-01-01&to=2030-01-01": "to too_many_days", "by=week": "by unknown_period",
	} {
		field, code, _ := strings.Cut(code, " ")
		answer := get(h, "accountant1", "reports/billing?"+query)
		if answer.Status != http.StatusBadRequest || answer.Code(field) != code {
			t.Errorf("%s: %d %s", query, answer.Status, answer.Raw)
		}
	}
}

func TestDraftAndVoidBillsAreMarked(t *testing.T) {
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

// TestTypedTextIsNotInterpreted: it is not a formula in a CSV file and not markup in a
// PDF, which says so when a character cannot be drawn.
func TestTypedTextIsNotInterpreted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	accountant := h.As("accountant1")
	bill := sale(h, 0, 100)
	texts := []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "|x", "＝1", "a\tb", "plain, \"quoted\"", "two\nlines", `\) Tj ET (x`, "{nb}",
		"<b>Zoë</b>", "Ελένη Щерба Ánh", "عبد الله", "王小明 😀", strings.Repeat("W", 300),
	}
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
		if cells[i+1] != want { // csv.Reader turns CRLF into LF
			t.Errorf("%q became %q", text, cells[i+1])
		}
	}
	document := pages(t, get(h, "accountant1", "bills/"+bill+"/pdf").OK(t).Raw)
	texts = slices.Concat(document...)
	for _, want := range []string{
		"=1+1", `\) Tj ET (x`, "{nb}", "<b>Zoë</b>", "Ελένη Щерба Ánh", "ﻪﻠﻟﺍ ﺪﺒﻋ", "□□□ □", "two lines",
	} {
		if !slices.Contains(texts, want) {
			t.Errorf("%q is not printed: %q", want, texts)
		}
	}
	if !slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, "□ replaces") }) {
		t.Error("no note says that a character could not be printed")
	}
}

// TestStatisticsUseTheHospitalsDays: an entry counts on its day in the hospital's zone,
// and a bill that was voided later on both of its days.
func TestStatisticsUseTheHospitalsDays(t *testing.T) {
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
	for by, want := range map[string][]string{
		"month": {"2031-01-15 to 2031-01-31: 700, 0", "2031-02-01 to 2031-02-10: 0, 700"},
		"day":   {"2031-01-31 to 2031-01-31: 700, 0", "2031-02-01 to 2031-02-01: 0, 700"},
	} {
		if got := periods("from=2031-01-15&to=2031-02-10&by=" + by); !slices.Equal(got, want) {
			t.Errorf("by %s: %q", by, got)
		}
	}
}
