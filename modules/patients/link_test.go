package patients_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
	"hospital/modules/patients"
)

func issueCode(h *hospitaltest.Hospital, patient string) hospitaltest.Response {
	h.T.Helper()
	return h.As("receptionist1").Create("link_codes", body{"patient": id(patient)}).OK(h.T)
}

func link(h *hospitaltest.Hospital, account, code string) hospitaltest.Response {
	h.T.Helper()
	return h.As(account).Do(http.MethodPost, "/api/hospital/patients/link", body{"code": code})
}

func accountOf(h *hospitaltest.Hospital, patient string) string {
	return h.Record("patients", id(patient)).GetString("user")
}

func TestAPatientLinksARecordWithACode(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	issued := issueCode(h, "walkin")
	code := issued.String("code")
	if !regexp.MustCompile(`^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$`).MatchString(code) {
		t.Fatalf("the answer to the desk: %s", issued.Raw)
	}
	if seen := h.As("admin1").View("link_codes", issued.ID(), "").OK(t); strings.Contains(string(seen.Raw), code) ||
		strings.Contains(string(seen.Raw), "token_hash") {
		t.Errorf("the code can be read again: %s", seen.Raw)
	}
	if answer := h.As("patient2").View("patients", id("walkin"), ""); answer.Status != http.StatusNotFound {
		t.Errorf("before, the patient reads the record: %d", answer.Status)
	}
	linked := link(h, "patient2", " "+strings.ToLower(strings.ReplaceAll(code, "-", ""))+" ").OK(t)
	if linked.String("patient") != id("walkin") || accountOf(h, "walkin") != id("patient2") {
		t.Errorf("linked: %s", linked.Raw)
	}
	h.As("patient2").View("patients", id("walkin"), "").OK(t)
	used := h.Record("link_codes", issued.ID())
	if used.GetString("used_by") != id("patient2") || used.GetString("used_at") == "" {
		t.Errorf("the used code: %v", used.PublicExport())
	}
	if answer := h.As("receptionist1").Create("link_codes", body{"patient": id("walkin")}); answer.Status !=
		http.StatusConflict || answer.Code("patient") != "has_account" {
		t.Errorf("a code for a record with an account: %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}

// The front desk must not give a patient's record to an account of its own.
func TestTheDeskDoesNotSetTheAccountOfARecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for what, answer := range map[string]hospitaltest.Response{
		"of a record with an account": h.As("receptionist1").Update("patients", id("pat1"), body{"user": id("patient2")}),
		"of a record without one":     h.As("receptionist1").Update("patients", id("walkin"), body{"user": id("patient2")}),
		"clearing it":                 h.As("receptionist1").Update("patients", id("pat1"), body{"user": ""}),
		"of a new record":             h.As("receptionist1").Create("patients", body{"name": "New", "user": id("patient2")}),
		"as a nurse":                  h.As("nurse1").Create("patients", body{"name": "New", "user": id("patient2")}),
		"as the patient":              h.As("patient2").Update("patients", id("walkin"), body{"user": id("patient2")}),
		"with a reason": h.As("receptionist1").Update("patients", id("walkin"),
			body{"user": id("patient2"), "user_reason": "asked for it"}),
	} {
		if answer.Status != http.StatusForbidden && answer.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	if accountOf(h, "pat1") != id("patient1") || accountOf(h, "walkin") != "" {
		t.Error("the account of a record changed")
	}
}

func TestEveryWrongCodeHasTheSameAnswer(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	replaced := issueCode(h, "walkin").String("code")
	expired := issueCode(h, "walkin")
	if _, err := h.App.NonconcurrentDB().NewQuery("UPDATE link_codes SET expires = '2020-01-01 00:00:00.000Z' WHERE id = '" +
		expired.ID() + "'").Execute(); err != nil {
		t.Fatal(err)
	}
	desk := h.As("receptionist1")
	other := desk.Create("patients", body{"name": "Other", "phone": "1"}).OK(t)
	taken := desk.Create("link_codes", body{"patient": other.ID()}).OK(t).String("code")
	h.As("admin1").Update("patients", other.ID(), body{"user": id("patient1"), "user_reason": "showed a passport"}).OK(t)
	used := desk.Create("patients", body{"name": "Used", "phone": "2"}).OK(t)
	spent := desk.Create("link_codes", body{"patient": used.ID()}).OK(t).String("code")
	link(h, "patient1", spent).OK(t)

	answers := map[string]bool{}
	for _, code := range []string{"AAAA-AAAA-AAAA", replaced, expired.String("code"), taken, spent} {
		answer := link(h, "patient2", code)
		answers[string(answer.Raw)] = true
		if answer.Status != http.StatusBadRequest || answer.Code("code") != "invalid_link_code" {
			t.Errorf("%s: %d %s", code, answer.Status, answer.Raw)
		}
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	valid := issueCode(h, "walkin").String("code")
	if answer := link(h, "patient2", valid); answer.Status != http.StatusTooManyRequests ||
		answer.Code("code") != "too_many_tries" || answer.Header.Get("Retry-After") == "" {
		t.Errorf("after five wrong codes: %d %s", answer.Status, answer.Raw)
	}
	link(h, "patient1", valid).OK(t)
	if accountOf(h, "walkin") != id("patient1") {
		t.Error("another account must wait, too")
	}
	h.Verify()
}

func TestACodeWorksOnceAlsoAtOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	code := issueCode(h, "walkin").String("code")
	var wait sync.WaitGroup
	var lock sync.Mutex
	statuses := map[int]int{}
	for _, account := range []string{"patient1", "patient2", "patient1", "patient2", "patient1", "patient2"} {
		wait.Go(func() {
			answer := link(h, account, code)
			lock.Lock()
			defer lock.Unlock()
			statuses[answer.Status]++
		})
	}
	wait.Wait()
	if statuses[http.StatusOK] != 1 || statuses[http.StatusBadRequest] != 5 {
		t.Errorf("answered %v", statuses)
	}
	h.Verify()
}

func TestACodeIsSentToTheAddressOnFile(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	if answer := desk.Create("link_codes", body{"patient": id("walkin"), "channel": "email"}); answer.Status !=
		http.StatusConflict || answer.Code("channel") != "no_address" {
		t.Errorf("without an address: %d %s", answer.Status, answer.Raw)
	}
	desk.Update("patients", id("walkin"), body{"email": "walkin@example.org"}).OK(t)
	h.App.Settings().SMTP.Enabled = true
	if err := outbox.Deliver(h.App); err != nil { // mails of the fixture
		t.Fatal(err)
	}
	h.App.TestMailer.Reset()
	issued := desk.Create("link_codes", body{"patient": id("walkin"), "channel": "email"}).OK(t)
	if issued.String("code") != "" {
		t.Errorf("the desk sees the code: %s", issued.Raw)
	}
	if err := outbox.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
	mail := h.App.TestMailer.LastMessage()
	code := regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}`).FindString(mail.Text)
	if code == "" || mail.To[0].Address != "walkin@example.org" {
		t.Fatalf("the mail to %v says\n%s", mail.To, mail.Text)
	}
	link(h, "patient1", code).OK(t)
	h.Verify()
}

func TestExpiredCodesAreDeleted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	issueCode(h, "walkin")
	h.At(time.Now().Add(8 * 24 * time.Hour))
	if err := patients.DeleteExpiredCodes(h.App); err != nil || h.Count("link_codes") != 0 {
		t.Errorf("%d codes are left (%v)", h.Count("link_codes"), err)
	}
}
