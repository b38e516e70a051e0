package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules/audit"
)

// about returns the entries of the log about a patient as somebody lists them, as "nurse1 list patients pat1".
func about(client hospitaltest.Client, t *testing.T, patient, more string) (found []string) {
	t.Helper()
	filter := hospitaltest.Filter(`patient = "` + id(patient) + `"` + more)
	answer := client.List("audit_log", "sort=at,action&"+filter).OK(t)
	for _, e := range answer.Items() {
		found = append(found, fmt.Sprint(e["actor_name"], " ", e["action"], " ", e["collection"], " ",
			strings.TrimRight(fmt.Sprint(e["patient"]), "0")))
	}
	if total := int(answer.JSON["totalItems"].(float64)); total != len(found) {
		t.Errorf("the total is %d of %q", total, found)
	}
	return found
}

func TestAListIsOneEntryThatEachOfItsPatientsFinds(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(time.Now().Add(time.Hour))
	since := fmt.Sprintf(` && at > %q`, time.Now().Add(time.Hour-time.Minute).UTC().Format("2006-01-02 15:04:05.000Z"))
	entries := logged(h, func() {
		h.As("nurse2").List("appointments", "expand=patient").OK(t)
		h.As("nurse2").View("patients", id("pat1"), "").OK(t)
	})
	if len(entries) != 2 || entries[0]["patient"] != "" || entries[0]["patients"] != "3" ||
		entries[0]["list"] != entries[0]["id"] ||
		entries[0]["listed"] != id("pat1")+","+id("pat2")+","+id("walkin") {
		t.Fatalf("the log has %v", entries)
	}
	want := []string{"nurse2 list appointments pat1", "nurse2 view patients pat1"}
	operator := h.Operator()
	for name, client := range map[string]hospitaltest.Client{
		"the patient": h.As("patient1"), "an admin": h.As("admin1"), "the reader": h.As("nurse2"), "an operator": operator,
	} {
		got := about(client, t, "pat1", since+` && role = "nurse"`)
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %q, want %q", name, got, want)
		}
	}
	if got := about(h.As("patient2"), t, "pat2", since); len(got) != 1 || got[0] != "nurse2 list appointments pat2" {
		t.Errorf("the other patient finds %q", got)
	}
	if got := about(h.As("patient2"), t, "pat1", since); len(got) != 0 {
		t.Errorf("the other patient finds of the first %q", got)
	}
	list := entries[0]["id"].(string)
	h.As("patient2").View("audit_log", list, "").OK(t)
	for _, other := range []string{"doctor1", "nurse1"} {
		if answer := h.As(other).View("audit_log", list, ""); answer.Status != 404 {
			t.Errorf("%s views the entry: %d", other, answer.Status)
		}
	}
	everything := h.As("admin1").List("audit_log", "expand=list.audit_log_patients_via_list&"+
		hospitaltest.Filter(`action = "list" && actor_name = "nurse2"`)).OK(t).Items()
	if len(everything) != 1 || strings.Count(fmt.Sprint(everything[0]["expand"]), "collectionName:audit_log_patients") != 3 {
		t.Errorf("the admin reads %v", everything)
	}
}

// A parent of two patients of a list finds it once, and with either of them.
func TestAListWithSeveralPatientsOfAnAccountIsFoundOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := logged(h, func() { h.As("nurse2").List("patients", "").OK(t) })
	if len(entries) != 1 || !strings.Contains(entries[0]["listed"].(string), id("kid1")) {
		t.Fatalf("the log has %v", entries)
	}
	mine := hospitaltest.Filter(`id = "` + entries[0]["id"].(string) + `"`)
	if all := h.As("patient1").List("audit_log", mine).OK(t); len(all.Items()) != 1 || all.JSON["totalItems"] != 1.0 {
		t.Errorf("the parent finds %s", all.Raw)
	}
	for _, patient := range []string{"pat1", "kid1"} {
		got := about(h.As("patient1"), t, patient, ` && action = "list" && actor_name = "nurse2"`)
		if len(got) != 1 || got[0] != "nurse2 list patients "+patient {
			t.Errorf("the parent finds of %s %q", patient, got)
		}
	}
	both := hospitaltest.Filter(`action = "list" && actor_name = "nurse2" && (patient = "` + id("pat1") +
		`" || patient = "` + id("kid1") + `" || patient.name ~ "Patient")`)
	if all := h.As("admin1").List("audit_log", both).OK(t); len(all.Items()) != 1 || all.JSON["totalItems"] != 1.0 {
		t.Errorf("an admin finds %s", all.Raw)
	}
}

func TestRepeatsOfAReadWithinAMinuteAreAddedUp(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := time.Now().Add(time.Hour).Truncate(time.Second)
	tick := func(after time.Duration, read bool) {
		now = now.Add(after)
		h.At(now)
		if read {
			h.As("nurse1").View("patients", id("pat1"), "").OK(t)
		}
		if err := audit.FlushTick(h.App); err != nil {
			t.Fatal(err)
		}
	}
	times := func() (found []string) {
		var rows []struct{ Times, At string }
		err := h.App.DB().NewQuery("SELECT times, at FROM audit_log WHERE at > {:since} AND action = 'view' ORDER BY seq").
			Bind(dbx.Params{"since": kit.FormatInstant(time.Now().Add(30 * time.Minute))}).All(&rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			found = append(found, r.Times+" "+r.At[17:19])
		}
		return found
	}
	start := now.Format("05")
	tick(0, true)
	if got := times(); len(got) != 1 || got[0] != "0 "+start {
		t.Fatalf("the first read is %q", got)
	}
	for range 5 {
		tick(10*time.Second, true)
	}
	last := now.UTC().Format("05")
	if got := times(); len(got) != 1 {
		t.Fatalf("within the minute the log has %q", got)
	}
	h.As("nurse2").View("patients", id("pat1"), "").OK(t) // another reader, and another record, are not repeats
	h.As("nurse1").View("patients", id("pat2"), "").OK(t)
	tick(0, false)
	if got := times(); len(got) != 3 {
		t.Fatalf("with other reads the log has %q", got)
	}
	tick(11*time.Second, false)
	if got := times(); len(got) != 4 || got[3] != "5 "+last {
		t.Errorf("after the minute the log has %q, want the last with 5 repeats at %s", got, last)
	}
	tick(3*time.Minute, false)
	tick(0, true)
	if got := times(); len(got) != 5 || !strings.HasPrefix(got[4], "0 ") {
		t.Errorf("later the log has %q", got)
	}
	h.Verify()
}
