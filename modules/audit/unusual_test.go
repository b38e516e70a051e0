package audit_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
	"hospital/modules/audit"
)

// unusual returns the unusual reads that some work caused, as "nurse1 vip pat1".
func unusual(h *hospitaltest.Hospital, work func()) (found []string) {
	h.T.Helper()
	_ = logged(h, work)
	for _, r := range h.As("admin1").List("unusual_reads", hospitaltest.Filter(`day > "2021"`)).OK(h.T).Items() {
		reader, patient := strings.TrimRight(r["reader"].(string), "0"), strings.TrimRight(r["patient"].(string), "0")
		found = append(found, strings.TrimSpace(reader+" "+r["rule"].(string)+" "+patient))
	}
	slices.Sort(found)
	return found
}

func expectUnusual(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("unusual are %q, want %q", got, want)
	}
}

func TestOpeningTheRecordOfAVIPIsUnusual(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("patients", id("pat1"), body{"vip": true}).OK(t)
	expectUnusual(t, unusual(h, func() {
		h.As("nurse1").List("patients", "").OK(t) // all, the VIP is one of many
		h.As("patient1").View("patients", id("pat1"), "").OK(t)
		h.As("nurse2").View("patients", id("pat2"), "").OK(t)
	}))
	expectUnusual(t, unusual(h, func() {
		for range 3 {
			h.As("nurse1").View("patients", id("pat1"), "").OK(t)
		}
		h.As("nurse2").List("patients", hospitaltest.Filter(`id = "`+id("pat1")+`"`)).OK(t)
		h.As("receptionist1").List("patients", "page=9&"+hospitaltest.Filter(`mrn = "`+
			h.Record("patients", id("pat1")).GetString("mrn")+`"`)).OK(t)
	}), "nurse1 vip pat1", "nurse2 vip pat1", "receptionist1 vip pat1")
	_ = logged(h, func() { h.As("nurse1").View("patients", id("pat1"), "").OK(t) })
	mine := h.As("admin1").List("unusual_reads",
		hospitaltest.Filter(`day > "2021" && reader = "`+id("nurse1")+`"`)).OK(t).Items()
	if len(mine) != 1 || mine[0]["count"] != 4.0 || mine[0]["first_at"].(string) > mine[0]["last_at"].(string) {
		t.Errorf("four reads are %v", mine)
	}
	h.At(time.Now().Add(24 * time.Hour))
	if got := unusual(h, func() { h.As("nurse1").View("patients", id("pat1"), "").OK(t) }); len(got) != 4 {
		t.Errorf("with another day the reads are %q", got)
	}
}

func TestReadingTheRecordOfARelativeOrAColleagueIsUnusual(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("nurse1").Update("users", id("nurse1"), body{"name": "Zoe Müller"}).OK(t)
	h.As("receptionist1").Update("patients", id("pat1"), body{"name": "Nadia MULLER"}).OK(t)
	h.As("receptionist1").Update("patients", id("walkin"), body{"email": "Doctor2@example.org"}).OK(t)
	h.As("admin1").Update("users", id("patient2"), body{"role": "accountant"}).OK(t)
	expectUnusual(t, unusual(h, func() {
		h.As("nurse1").View("patients", id("pat1"), "").OK(t)
		h.As("nurse2").View("patients", id("pat1"), "").OK(t)
		h.As("nurse2").View("patients", id("walkin"), "").OK(t)
		h.As("nurse2").View("patients", id("pat2"), "").OK(t)
		h.As("nurse2").View("patients", id("kid1"), "").OK(t)
	}), "nurse1 same_family_name pat1", "nurse2 colleague pat2", "nurse2 colleague walkin")
}

func TestReadingManyPatientsInADayIsUnusual(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"read_alert_count": 2}).OK(t)
	view := func(patients ...string) func() {
		return func() {
			for _, patient := range patients {
				h.As("nurse1").View("patients", id(patient), "").OK(t)
			}
		}
	}
	expectUnusual(t, unusual(h, view("pat1", "pat1", "kid1")))
	expectUnusual(t, unusual(h, view("pat2", "pat2")), "nurse1 many_patients")
	_ = logged(h, view("walkin"))
	r := h.As("admin1").List("unusual_reads", hospitaltest.Filter(`day > "2021"`)).OK(t).Items()
	if len(r) != 1 || r[0]["count"] != 4.0 {
		t.Errorf("four patients are %v", r)
	}
}

func TestAnotherAdminReviewsAnUnusualRead(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("patients", id("pat1"), body{"vip": true}).OK(t)
	expectUnusual(t, unusual(h, func() { h.As("admin1").View("patients", id("pat1"), "").OK(t) }), "admin1 vip pat1")
	row := h.As("admin1").List("unusual_reads", hospitaltest.Filter(`day > "2021"`)).OK(t).IDs()[0]
	verdict := body{"verdict": "justified", "review_note": "was on duty"}
	own := h.As("admin1").Update("unusual_reads", row, verdict)
	if own.Status != http.StatusForbidden || own.Code("verdict") != "not_allowed" {
		t.Errorf("the reader answered %d %s", own.Status, own.Raw)
	}
	reviewed := h.As("admin2").Update("unusual_reads", row, verdict).OK(t)
	if reviewed.String("reviewed_by") != id("admin2") || reviewed.String("reviewed_at") == "" {
		t.Errorf("the review is %s", reviewed.Raw)
	}
	if answer := h.As("nurse1").View("unusual_reads", row, ""); answer.Status != http.StatusNotFound {
		t.Errorf("a nurse views it: %d", answer.Status)
	}
}

func TestAdminsAreToldOfUnusualReadsOnceADay(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.App.Settings().SMTP.Enabled = true
	now := time.Now()
	tell := func() (mails int) {
		t.Helper()
		h.App.TestMailer.Reset()
		for range 2 {
			if err := audit.TellAdmins(h.App); err != nil {
				t.Fatal(err)
			}
		}
		if err := outbox.Deliver(h.App); err != nil {
			t.Fatal(err)
		}
		for _, m := range h.App.TestMailer.Messages() {
			if strings.HasPrefix(m.Subject, "Unusual reads") && strings.Contains(m.Text, "/#/unusual-reads") {
				mails++
			}
		}
		return mails
	}
	if n := tell(); n != 0 {
		t.Errorf("%d mails of nothing", n)
	}
	h.As("receptionist1").Update("patients", id("pat1"), body{"vip": true}).OK(t)
	for day := range 3 {
		want := 2 // both admins
		h.At(now.Add(time.Duration(day) * 25 * time.Hour))
		if day < 2 {
			_ = logged(h, func() { h.As("nurse1").View("patients", id("pat1"), "").OK(t) })
		} else {
			want = 0 // the last one is of the day before
		}
		if n := tell(); n != want {
			t.Errorf("on day %d there are %d mails, want %d", day, n, want)
		}
	}
}

func TestLookingForUnusualReadsScansNoTable(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("nurse1").View("patients", id("pat1"), "").OK(t)
	plans := h.Plans(func() {
		if err := audit.Flush(h.App); err != nil {
			t.Fatal(err)
		}
	})
	seen := false
	for _, plan := range plans {
		for _, step := range plan.Steps {
			seen = seen || strings.Contains(step, "(actor=?")
			if strings.HasPrefix(step, "SCAN p") || strings.HasPrefix(step, "SCAN u") || step == "SCAN audit_log" {
				t.Errorf("%s: %s", plan.SQL, step)
			}
		}
	}
	if !seen {
		t.Error("what was read before is not looked up by its reader")
	}
}
