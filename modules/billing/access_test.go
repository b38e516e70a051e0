package billing_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/billing"
)

func TestStatementsAndDayClosesNeedTheirRole(t *testing.T) {
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
				t.Errorf("GET %s by %s answered %d %s, want %d", path, who, answer.Status, answer.Raw, want[i])
			}
		}
	}
	get(h, "patient1", "patients/"+id("kid1")+"/statement").OK(t)
	for query, code := range map[string]string{
		"from=yesterday":                "from invalid_date",
		"from=2030-02-31":               "from invalid_date",
		"from=2030-01-02&to=2030-01-01": "to ends_before_starts",
		"from=2000-01-01&to=2030-01-01": "to too_many_days",
	} {
		field, code, _ := strings.Cut(code, " ")
		expectRefused(t, query, get(h, "accountant1", statement+"?"+query), http.StatusBadRequest, field, code)
	}
	expectRefused(t, "an invalid day",
		get(h, "accountant1", "reports/day-close?date=1"),
		http.StatusBadRequest, "date", "invalid_date")
}

// TestStatementsAndListsUseIndexes checks that no query reads bills or payments other than
// those of the requested patient, day or status.
func TestStatementsAndListsUseIndexes(t *testing.T) {
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
					t.Errorf("the query plan of %s has the step %s", c.path, step)
				}
			}
		}
		if looked == 0 {
			t.Errorf("%s reads neither bills nor payments", c.path)
		}
	}
}

// TestAnAccountantReadsNothingClinical writes a word into every clinical text and expects
// it in no answer to an accountant.
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
	accountant := h.As("accountant1").SkipContract()
	seen := 0
	look := func(what string, answer hospitaltest.Response) {
		seen++
		if strings.Contains(string(answer.Raw), secret) {
			t.Errorf("%s shows clinical text to an accountant: %.300s", what, answer.Raw)
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
		t.Errorf("only %d answers were checked", seen)
	}
	if !strings.Contains(string(h.As("doctor1").List("appointments", "").OK(t).Raw), secret) {
		t.Error("the doctor does not read the word either: the test proves nothing")
	}
}
