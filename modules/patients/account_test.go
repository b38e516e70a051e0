package patients_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
)

// told lists the link notices about a patient since the fixture, as "account kind".
func told(h *hospitaltest.Hospital, patient string) []string {
	h.T.Helper()
	var notices []string
	for _, n := range h.As("admin1").List("link_notices", "sort=created,id&"+
		hospitaltest.Filter("status != 'skipped' && patient = '"+id(patient)+"'")).OK(h.T).Items() {
		notices = append(notices, strings.TrimRight(n["user"].(string), "0")+" "+n["kind"].(string))
	}
	slices.Sort(notices)
	return notices
}

func expectTold(t *testing.T, h *hospitaltest.Hospital, what, patient string, want ...string) {
	t.Helper()
	if got := told(h, patient); !slices.Equal(got, want) {
		t.Errorf("%s: told are %q, want %q", what, got, want)
	}
}

func TestAnAdminChangesTheAccountWithAReasonAndBothAreTold(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	admin := h.As("admin1")
	change := func(sent body) hospitaltest.Response { return admin.Update("patients", id("pat1"), sent) }
	refused := func(what string, answer hospitaltest.Response, code string) {
		t.Helper()
		if answer.Status != http.StatusBadRequest || answer.Code("user_reason") != code {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	refused("without a reason", change(body{"user": id("patient2")}), "required")
	refused("clearing it without a reason", change(body{"user": ""}), "required")
	refused("a new record without a reason",
		admin.Create("patients", body{"name": "New", "user": id("patient2")}), "required")
	refused("a reason without a change", change(body{"user_reason": "why not"}), "account_unchanged")
	expectTold(t, h, "before", "pat1")

	change(body{"user": id("patient2"), "user_reason": "the guardian has changed"}).OK(t)
	expectTold(t, h, "after the change", "pat1", "patient1 unlinked", "patient2 linked")
	refused("with the reason of the last change",
		change(body{"user": "", "user_reason": "the guardian has changed"}), "required")
	change(body{"user": "", "user_reason": "the account was stolen"}).OK(t)
	expectTold(t, h, "after clearing it", "pat1", "patient1 unlinked", "patient2 linked", "patient2 unlinked")
	for _, account := range []string{"receptionist1", "nurse1", "doctor1"} {
		if seen := h.As(account).View("patients", id("pat1"), ""); strings.Contains(string(seen.Raw), "stolen") {
			t.Errorf("%s reads the reason", account)
		}
	}

	h.App.Settings().SMTP.Enabled = true
	h.App.TestMailer.Reset()
	if err := outbox.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
	var mails []string
	for _, m := range h.App.TestMailer.Messages() {
		if strings.Contains(m.Subject, "account of a patient record") {
			mails = append(mails, m.To[0].Address)
			if strings.Contains(m.Text, "Patient 1") || strings.Contains(m.Text, "stolen") {
				t.Errorf("the mail says %s", m.Text)
			}
		}
	}
	slices.Sort(mails)
	if want := []string{"patient1@example.org", "patient2@example.org", "patient2@example.org"}; !slices.Equal(mails, want) {
		t.Errorf("mails went to %v", mails)
	}
	h.As("patient1").List("link_notices", "").OK(t)
	h.Verify()
}

// A code tells the account, and the address on file, which a stranger with the code does not read.
func TestALinkedRecordIsToldToTheAddressOnFile(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("patients", id("walkin"), body{"email": "walkin@example.org"}).OK(t)
	link(h, "patient2", issueCode(h, "walkin").String("code")).OK(t)
	expectTold(t, h, "after linking", "walkin", " linked", "patient2 linked")
	h.Verify()
}

// A merge takes a record from one account, or gives it to another.
func TestAMergeThatMovesAnAccountIsTold(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	code := issueCode(h, "walkin").String("code")
	first := desk.Create("patient_merges", body{"duplicate": id("pat2"), "survivor": id("walkin"), "reason": "x"}).OK(t)
	expectTold(t, h, "a merge into a record without an account", "walkin", "patient2 linked")
	if answer := link(h, "patient1", code); answer.Status != http.StatusBadRequest {
		t.Errorf("a code from before the merge: %d %s", answer.Status, answer.Raw)
	}
	desk.Update("patient_merges", first.ID(), body{"status": "undone"}).OK(t)
	expectTold(t, h, "undoing it", "walkin", "patient2 linked", "patient2 unlinked")
	desk.Create("patient_merges", body{"duplicate": id("kid1"), "survivor": id("pat2"), "reason": "x"}).OK(t)
	expectTold(t, h, "a merge into a record of another account", "pat2", "patient1 unlinked")
	told := h.As("patient1").List("link_notices", hospitaltest.Filter("kind = 'unlinked'")).OK(t).Items()
	if len(told) != 1 || told[0]["mrn"] != mrnOf(h, "kid1") {
		t.Errorf("the account that lost the record reads %v", told)
	}
	before := h.Count("link_notices")
	mine := h.As("patient1").Create("patients", body{"user": id("patient1"), "name": "Twice"}).OK(t)
	desk.Create("patient_merges", body{"duplicate": mine.ID(), "survivor": id("pat1"), "reason": "x"}).OK(t)
	if h.Count("link_notices") != before {
		t.Error("a merge of two records of one account was told")
	}
	h.Verify()
}
