package billing_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/fixture"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules"
	"hospital/modules/billing"
)

func get(h *hospitaltest.Hospital, who, path string) hospitaltest.Response {
	h.T.Helper()
	return h.As(who).Do(http.MethodGet, "/api/hospital/"+path, nil)
}

// entries are the kinds and amounts of a statement.
func entries(statement hospitaltest.Response) (said []string) {
	for _, e := range statement.JSON["entries"].([]any) {
		entry := e.(map[string]any)
		said = append(said, fmt.Sprintf("%s %.0f = %.0f", entry["kind"], entry["amount_minor"],
			entry["balance_minor"]))
	}
	return said
}

func TestAStatementIsTheAccountOfAPatient(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	accountant, start := h.As("accountant1"), time.Now().UTC()
	on := func(days int) time.Time { return start.AddDate(0, 0, 10+days) }
	day := func(days int) string { return on(days).Format(time.DateOnly) }
	h.At(on(0))
	bill := sale(h, 0, 10_000)
	issue(h, bill)
	paid := h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 8_000}).OK(t)
	h.At(on(1))
	accountant.Update("payments", paid.ID(), body{"status": "verified"}).OK(t)
	wrong := sale(h, 0, 700)
	issue(h, wrong)
	h.At(on(2))
	accountant.Update("bills", wrong, body{"status": "void", "reason": "not hers"}).OK(t)
	accountant.Create("bills", body{"kind": "credit_note", "original": bill, "total_minor": 4_000,
		"reason": "too much"}).OK(t)
	back := accountant.Create("payments",
		body{"refund_of": paid.ID(), "bill": bill, "method": "card", "amount_minor": 2_000, "note": "too much"}).OK(t)
	h.At(on(3))
	h.As("accountant2").Update("payments", back.ID(), body{"status": "verified"}).OK(t)

	const before = 5_350 // the visit of two days ago, of which nothing is verified
	all := get(h, "patient1", "patients/"+id("pat1")+"/statement?from="+day(0)+"&to="+day(3)).OK(t)
	want := []string{"invoice 10000 = 15350", "invoice 700 = 16050", "payment -8000 = 8050",
		"credit_note -4000 = 4050", "void -700 = 3350", "refund 2000 = 5350"}
	if got := entries(all); !slices.Equal(got, want) || all.Int("opening_minor") != before ||
		all.Int("closing_minor") != 5_350 {
		t.Errorf("the statement: %s", all.Raw)
	}
	if all.Int("billed_minor") != 10_000 || all.Int("credited_minor") != 4_000 ||
		all.Int("paid_minor") != 6_000 || all.String("currency") != "EUR" || all.Int("currency_exponent") != 2 {
		t.Errorf("its sums: %s", all.Raw)
	}
	two := get(h, "accountant1", "patients/"+id("pat1")+"/statement?from="+day(1)+"&to="+day(2)).OK(t)
	if two.Int("opening_minor") != 15_350 || two.Int("closing_minor") != 3_350 {
		t.Errorf("two days of it: %s", two.Raw)
	}
	file := string(get(h, "accountant1",
		"patients/"+id("pat1")+"/statement?format=csv&from="+day(1)+"&to="+day(2)).OK(t).Raw)
	lines := strings.Split(strings.TrimSuffix(file, "\r\n"), "\r\n")
	if len(lines) != 7 || lines[1] != day(1)+",opening,,,153.50,EUR" ||
		!strings.HasSuffix(lines[2], ",7.00,160.50,EUR") || lines[6] != day(2)+",closing,,,33.50,EUR" {
		t.Errorf("as a file: %q", lines)
	}
	refused(t, "a file of another kind",
		get(h, "accountant1", "patients/"+id("pat1")+"/statement?format=xls"),
		http.StatusBadRequest, "format", "unknown_format")
	if nothing := get(h, "receptionist1",
		"patients/"+id("walkin")+"/statement").OK(t); nothing.Int("closing_minor") != 0 || len(entries(nothing)) != 0 {
		t.Errorf("the statement of who owes nothing: %s", nothing.Raw)
	}
	h.Verify()
}

func TestWhoReadsStatementsAndDayCloses(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	statement := "patients/" + id("pat1") + "/statement"
	for who, want := range map[string][2]int{
		"guest": {401, 401}, "patient1": {200, 403}, "patient2": {404, 403}, "doctor1": {403,
			403}, "nurse1": {403, 403},
		"receptionist1": {200, 200}, "accountant1": {200, 200}, "admin1": {200, 200},
	} {
		for i, path := range []string{statement, "reports/day-close"} {
			if answer := get(h, who, path); answer.Status != want[i] {
				t.Errorf("%s asks for %s: %d %s, want %d", who, path, answer.Status, answer.Raw, want[i])
			}
		}
	}
	get(h, "patient1", "patients/"+id("kid1")+"/statement").OK(t)
	for query, code := range map[string]string{"from=yesterday": "from invalid_date",
		"from=2030-02-31": "from invalid_date", "from=2030-01-02&to=2030-01-01": "to ends_before_starts", "from=2000-01-01&to=2030-01-01": "to too_many_days"} {
		field, code, _ := strings.Cut(code, " ")
		refused(t, query, get(h, "accountant1", statement+"?"+query), http.StatusBadRequest, field, code)
	}
	refused(t, "a day that is none",
		get(h, "accountant1", "reports/day-close?date=1"),
		http.StatusBadRequest, "date", "invalid_date")
}

func TestADayIsClosedByCashierAndMethod(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Pacific/Auckland"}).OK(t)
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Now().In(zone)
	today := noon.Format(time.DateOnly)
	bill := sale(h, 0, 100_000)
	issue(h, bill)
	take := func(who, method string, amount int, decision string) string {
		p := h.As(who).Create("payments", body{"bill": bill, "method": method, "amount_minor": amount}).OK(t)
		if decision != "" {
			h.As("accountant1").Update("payments", p.ID(), body{"status": decision}).OK(t)
		}
		return p.ID()
	}
	take("receptionist1", "cash", 1_000, "verified")
	take("receptionist1", "cash", 200, "")
	take("receptionist1", "card", 3_000, "verified")
	take("receptionist2", "cash", 40_000, "verified")
	take("receptionist2", "cash", 9, "rejected")
	paid := take("accountant1", "transfer", 500, "verified")
	back := h.As("accountant1").Create("payments",
		body{"refund_of": paid, "bill": bill, "method": "transfer", "amount_minor": 300, "note": "too much"}).OK(t)
	h.As("accountant2").Update("payments", back.ID(), body{"status": "verified"}).OK(t)

	closed := get(h, "accountant1", "reports/day-close?date="+today).OK(t)
	var said []string
	for _, r := range closed.JSON["rows"].([]any) {
		row := r.(map[string]any)
		said = append(said, fmt.Sprintf("%s %s: %v taken %v, %v waiting %v, %v verified %v, %v back %v, %v",
			row["name"], row["method"], row["taken"], row["taken_minor"], row["waiting"], row["waiting_minor"],
			row["verified"], row["verified_minor"], row["refunds"], row["refunded_minor"], row["net_minor"]))
	}
	want := []string{
		"accountant1 transfer: 1 taken 500, 0 waiting 0, 1 verified 500, 1 back 300, 200",
		"receptionist1 card: 1 taken 3000, 0 waiting 0, 1 verified 3000, 0 back 0, 3000",
		"receptionist1 cash: 2 taken 1200, 1 waiting 200, 1 verified 1000, 0 back 0, 1000",
		"receptionist2 cash: 1 taken 40000, 0 waiting 0, 1 verified 40000, 0 back 0, 40000",
	}
	if !slices.Equal(said, want) {
		t.Errorf("the day:\n%s", strings.Join(said, "\n"))
	}
	if total := closed.JSON["total"].(map[string]any); total["taken_minor"] != 44_700.0 ||
		total["verified_minor"] != 44_500.0 || total["net_minor"] != 44_200.0 {
		t.Errorf("its total: %v", total)
	}
	file := string(get(h, "accountant1", "reports/day-close?format=csv&date="+today).OK(t).Raw)
	if lines := strings.Split(file, "\r\n"); len(lines) != 6 ||
		lines[1] != today+",accountant1,transfer,1,5.00,0,0.00,1,5.00,1,3.00,2.00,EUR" {
		t.Errorf("as a file: %q", lines)
	}
	if own := get(h, "receptionist2", "reports/day-close?date="+today).OK(t); len(own.JSON["rows"].([]any)) != 1 {
		t.Errorf("a receptionist's own till: %s", own.Raw)
	}
	for _, other := range []string{noon.AddDate(0, 0, -1).Format(time.DateOnly),
		noon.AddDate(0, 0, 1).Format(time.DateOnly)} {
		if empty := get(h, "accountant1",
			"reports/day-close?date="+other).OK(t); len(empty.JSON["rows"].([]any)) != 0 {
			t.Errorf("on %s there was nothing: %s", other, empty.Raw)
		}
	}
}

// TestNoReportLooksAtWhatItDoesNotTell: indexes lead to the rows of the patient, the
// day or the status that was asked for.
func TestNoReportLooksAtWhatItDoesNotTell(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct{ path, by string }{
		{"/api/hospital/patients/" + id("pat1") + "/statement", "patient"},
		{"/api/hospital/reports/day-close", "status"},
		{"/api/collections/bills/records?sort=-issued_at&" + hospitaltest.Filter(`status = "unpaid"`), "status"},
		{"/api/collections/payments/records?sort=created&" + hospitaltest.Filter(`status = "pending"`), "status"},
	} {
		looked := 0
		for _, plan := range h.Plans(func() { h.As("accountant1").Do(http.MethodGet, c.path, nil).OK(t) }) {
			for _, step := range append(plan.Of("bills"), plan.Of("payments")...) {
				looked++
				if !strings.HasPrefix(step, "SEARCH") || !strings.Contains(step, "("+c.by+"=?") {
					t.Errorf("%s: %s", c.path, step)
				}
			}
		}
		if looked == 0 {
			t.Errorf("%s looks nowhere", c.path)
		}
	}
}

// TestAThousandLinesAgreeToTheUnit: whatever adds a bill up comes to the same.
func TestAThousandLinesAgreeToTheUnit(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	bill := sale(h, 0)
	accountant := h.As("accountant1")
	err := h.App.RunInTransaction(func(tx core.App) error {
		w := fixture.New(tx)
		for i := range 1000 {
			w.Create(kit.Actor{ID: id("accountant1"), Role: role.Accountant}, fmt.Sprintf("dose%dx", i), "bill_items",
				fixture.Fields{"bill": bill, "description": "Dose", "quantity": 1 + i%7, "unit_minor": 1 +
					i*37%991, "tax_bp": []int{0, 750, 1_900}[i%3]})
		}
		return w.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "one line more",
		accountant.Create("bill_items", body{"bill": bill, "description": "Dose", "quantity": 1}),
		http.StatusConflict, "bill", "too_many_lines")
	accountant.Create("discounts", body{"bill": bill, "bp": 333, "reason": "many"}).OK(t)
	before := get(h, "accountant1", "patients/"+id("pat1")+"/statement").OK(t).Int("closing_minor")
	issue(h, bill)
	shown := h.As("patient1").View("bills", bill, "expand=bill_items_via_bill").OK(t)
	var net, discount, tax, total int64
	lines := shown.JSON["expand"].(map[string]any)["bill_items_via_bill"].([]any)
	for _, l := range lines {
		n := func(field string) int64 { return int64(l.(map[string]any)[field].(float64)) }
		net, discount, tax, total = net+n("quantity")*n("unit_minor"), discount+n("discount_minor"), tax+n("tax_minor"), total+n("total_minor")
	}
	if want, err := money.Amount(net).Portion(333); err != nil || int64(want) != discount {
		t.Errorf("the discounts of the lines are %d, 3.33 %% of %d are %d", discount, net, want)
	}
	if len(lines) != 1000 || shown.Int("subtotal_minor") != net || shown.Int("discount_minor") != discount ||
		shown.Int("tax_minor") != tax || shown.Int("total_minor") != total || total != net-discount+tax {
		t.Errorf("%d lines come to %d - %d + %d = %d, the bill to %d", len(lines), net, discount, tax, total,
			shown.Int("total_minor"))
	}
	if after := get(h, "accountant1",
		"patients/"+id("pat1")+"/statement").OK(t).Int("closing_minor"); after-before != total {
		t.Errorf("the statement grew by %d, the bill is of %d", after-before, total)
	}
	h.Verify()
}

func TestAmountsFollowTheCurrency(t *testing.T) {
	t.Parallel()
	for currency, c := range map[string]struct {
		exponent int
		open     string
	}{"JPY": {0, "JPY 5350"}, "USD": {2, "USD 53.50"}, "KWD": {3, "KWD 5.350"}} {
		t.Run(currency, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			h.As("admin1").Update("hospital", "hospitalsetting",
				body{"currency": currency, "currency_exponent": c.exponent}).OK(t)
			bill := complete(h)
			answer := h.As("patient1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 9_999})
			if !strings.Contains(string(answer.Raw), c.open) {
				t.Errorf("what is open is said as %s", answer.Raw)
			}
			if paid := h.As("patient1").Create("payments",
				body{"bill": bill, "method": "card",
					"amount_minor": 5_350}).OK(t); paid.String("currency") != currency {
				t.Errorf("the payment: %s", paid.Raw)
			}
			// what was billed in another currency before is on another account
			if s := get(h, "patient1", "patients/"+id("pat1")+"/statement?to="+h.Record("bills",
				bill).GetDateTime("issued_at").Time().AddDate(0, 0, 1).Format(time.DateOnly)).OK(t); s.Int("closing_minor") != 5_350 || s.Int("currency_exponent") != int64(c.exponent) {
				t.Errorf("the statement: %s", s.Raw)
			}
			h.Verify()
		})
	}
}

// TestAnAccountantReadsNothingClinical writes a word into every clinical text and
// looks for it wherever an accountant can look.
func TestAnAccountantReadsNothingClinical(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	const secret = "zxqclinical"
	catalog := kit.CatalogOf(modules.All)
	mine := kit.CatalogOf([]kit.Module{billing.Module})
	for name, texts := range map[string][]string{"appointments": {"reason", "staff_note", "cancel_note"},
		"patients": {"medical_history", "national_id"}, "appointment_events": {"note"}} {
		for _, trigger := range catalog[name].AllTriggers() {
			if _, err := h.App.NonconcurrentDB().NewQuery("DROP TRIGGER " + trigger.Name).Execute(); err != nil {
				t.Fatal(err)
			}
		}
		for _, text := range texts {
			if _, err := h.App.NonconcurrentDB().NewQuery("UPDATE " + name + " SET " + text + " = '" + secret +
				"'").Execute(); err != nil {
				t.Fatal(err)
			}
		}
	}
	complete(h)
	accountant := h.As("accountant1").Unbound()
	seen := 0
	look := func(what string, answer hospitaltest.Response) {
		seen++
		if strings.Contains(string(answer.Raw), secret) {
			t.Errorf("%s shows what is none of an accountant's business: %.300s", what, answer.Raw)
		}
	}
	for name, c := range catalog {
		var expand []string
		for _, f := range c.Fields {
			expand = append(expand, f.GetName(), f.GetName()+".patient", f.GetName()+".appointment",
				f.GetName()+".appointment.patient")
		}
		for back := range mine {
			expand = append(expand, back+"_via_appointment", back+"_via_bill", back+"_via_patient")
		}
		look(name, accountant.List(name, "expand="+strings.Join(expand, ",")))
	}
	look("the statement", get(h, "accountant1", "patients/"+id("pat1")+"/statement").OK(t))
	look("the day close", get(h, "accountant1", "reports/day-close").OK(t))
	if seen < 20 {
		t.Errorf("only %d looks", seen)
	}
	if !strings.Contains(string(h.As("doctor1").List("appointments", "").OK(t).Raw), secret) {
		t.Error("the word is nowhere to be found")
	}
}
