package messages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

func TestOthersNeitherReadNorWrite(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range []string{"patient2", "doctor2", "nurse1", "receptionist1", "accountant1", "admin1", "guest"} {
		as := h.As(account)
		for collection, record := range map[string]string{"threads": "thread1", "messages": "hello1"} {
			if answer := as.View(collection, id(record), ""); answer.Status < 400 {
				t.Errorf("%s reads %s: %s", account, record, answer.Raw)
			}
			if answer := as.List(collection, ""); strings.Contains(string(answer.Raw), id(record)) {
				t.Errorf("%s lists %s", account, record)
			}
		}
		if answer := as.Create("messages", body{"thread": id("thread1"), "text": "Hello"}); answer.Status < 400 {
			t.Errorf("%s writes: %s", account, answer.Raw)
		}
		if answer := as.Update("messages", id("hello1"), body{"seen": true}); answer.Status < 400 {
			t.Errorf("%s marks as read: %s", account, answer.Raw)
		}
		if answer := as.Update("threads", id("thread1"), body{"closed": true}); answer.Status < 400 {
			t.Errorf("%s closes: %s", account, answer.Raw)
		}
	}
	if answer := h.Operator().Update("messages", id("hello1"), body{"text": "Other"}); answer.Status < 400 {
		t.Errorf("a superuser rewrites a message: %s", answer.Raw)
	}
	for _, other := range []body{{"patient": id("pat2"), "doctor": id("dr1")}, {"patient": id("pat1"), "doctor": id("dr2")}} {
		other["subject"] = "Hello"
		for _, account := range []string{"patient1", "doctor1"} {
			if answer := h.As(account).Create("threads", other); answer.Status < 400 {
				t.Errorf("%s starts a thread: %s", account, answer.Raw)
			}
		}
	}
}

func TestOthersLearnNothingOfTextsByFiltersOnOtherRecords(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range []string{"admin1", "receptionist1", "nurse1", "doctor2", "patient2"} {
		for collection, path := range map[string]string{"patients": "messages_via_patient.text",
			"doctors": "messages_via_doctor.text", "users": "messages_via_author.text",
			"appointments": "threads_via_appointment.subject", "documents": "messages_via_document.text"} {
			all := h.As(account).List(collection, "perPage=500").IDs()
			for _, filter := range []string{path + ` ?~ "1"`, path + ` ~ "1"`} {
				found := h.As(account).SkipContract().List(collection, "perPage=500&"+hospitaltest.Filter(filter))
				if n := len(found.IDs()); found.Status == http.StatusOK && n > 0 && account[len(account)-1:] == "1" {
					t.Errorf("%s finds %d of %d %s by %s", account, n, len(all), collection, filter)
				}
			}
			seen := h.As(account).SkipContract().List(collection, "perPage=500&expand="+strings.Split(path, ".")[0])
			if strings.Contains(string(seen.Raw), "Still there 1") || strings.Contains(string(seen.Raw), "Cough 1") {
				t.Errorf("%s expands %s of %s", account, path, collection)
			}
		}
	}
}

func TestTextsAreNotInTheAuditLog(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("patient1").Create("threads", body{"patient": id("pat1"), "doctor": id("dr1"), "subject": "Sekret subject"}).OK(t)
	h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Sekret text"}).OK(t)
	h.As("doctor1").View("messages", id("hello1"), "").OK(t)
	h.Deliver()
	log := h.As("admin1").List("audit_log", "perPage=500&sort=-created").OK(t)
	if strings.Contains(string(log.Raw), "Sekret") || !strings.Contains(string(log.Raw), `"messages"`) {
		t.Error("the audit log has the text of a message, or no entry of it")
	}
}

func TestNobodyWritesAfterTheCareHasEnded(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if err := h.SQL("UPDATE care_team SET ends = '2020-01-01 00:00:00.000Z' WHERE source != 'break_glass'"); err != nil {
		t.Fatal(err)
	}
	message := body{"thread": id("thread1"), "text": "Hello"}
	wantRefusal(t, "the doctor", h.As("doctor1").Create("messages", message), http.StatusForbidden, "patient", "not_in_care")
	wantRefusal(t, "the patient", h.As("patient1").Create("messages", message), http.StatusForbidden, "doctor", "not_in_care")
	wantRefusal(t, "a new thread", h.As("patient1").Create("threads", body{"patient": id("pat1"), "doctor": id("dr1"),
		"subject": "Hello"}), http.StatusForbidden, "doctor", "not_in_care")
	wantStatus(t, "reading", h.As("doctor1").View("messages", id("hello1"), ""), http.StatusNotFound)
	h.As("patient1").View("messages", id("hello1"), "").OK(t)
}

func TestMergedPatientsBringTheirThreads(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	other := h.As("patient2").Create("patients", body{"user": id("patient2"), "name": "Somebody Else"}).OK(t).ID()
	merge := h.As("admin1").Create("patient_merges", body{"duplicate": id("pat1"), "survivor": other,
		"reason": "one person"}).OK(t)
	if h.Record("threads", id("thread1")).GetString("patient") != other ||
		h.Record("messages", id("hello1")).GetString("patient") != other {
		t.Error("the thread of the duplicate was not moved")
	}
	wantStatus(t, "the former account", h.As("patient1").View("messages", id("hello1"), ""), http.StatusNotFound)
	h.As("patient2").View("messages", id("hello1"), "").OK(t)
	h.Verify()
	h.As("admin1").Update("patient_merges", merge.ID(), body{"status": "undone"}).OK(t)
	h.As("patient1").View("messages", id("hello1"), "").OK(t)
	h.Verify()
}

func TestPatientsWithoutAccountGetNoMessages(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Create("care_team", body{"patient": id("walkin"), "user": id("doctor1"), "reason": "consult",
		"starts": time.Now().UTC().Add(-time.Hour), "ends": time.Now().UTC().Add(time.Hour)}).OK(t)
	answer := h.As("doctor1").Create("threads", body{"patient": id("walkin"), "doctor": id("dr1"), "subject": "Hello"})
	wantRefusal(t, "a patient without an account", answer, http.StatusConflict, "patient", "no_account")
}

// A doctor whose only access is by emergency reads no messages, also while another doctor treats the patient.
func TestEmergencyAccessOpensNoMessages(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("doctor1").View("threads", id("thread1"), "").OK(t)
	for _, sql := range []string{
		"DROP TRIGGER IF EXISTS care_team_no_delete",
		"DELETE FROM care_team WHERE patient = '" + id("pat1") + "'",
		`INSERT INTO care_team (id, patient, user, source, starts, ends, created, updated) SELECT printf('team%011d', n),
			'` + id("pat1") + `', who, source, '2000-01-01 00:00:00.000Z', '2100-01-01 00:00:00.000Z', '', ''
			FROM (SELECT 1 AS n, '` + id("doctor1") + `' AS who, 'break_glass' AS source
				UNION ALL SELECT 2, '` + id("doctor2") + `', 'manual')`,
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, compiled := range []bool{true, false} {
		kit.SetCompiledReads(h.App, compiled)
		if answer := h.As("doctor1").View("patients", id("pat1"), ""); answer.Status != http.StatusOK {
			t.Errorf("the record is not open: %d", answer.Status)
		}
		if answer := h.As("doctor1").View("threads", id("thread1"), ""); answer.Status != http.StatusNotFound {
			t.Errorf("compiled %v: the thread answered %d", compiled, answer.Status)
		}
		for _, collection := range []string{"threads", "messages"} {
			if n := len(h.As("doctor1").List(collection, hospitaltest.Filter("patient = '"+id("pat1")+"'")).OK(t).IDs()); n > 0 {
				t.Errorf("compiled %v: %d %s are listed", compiled, n, collection)
			}
		}
		if answer := h.As("doctor1").Update("threads", id("thread1"), body{"closed": true}); answer.Status < 400 {
			t.Errorf("compiled %v: the thread is closed by emergency access", compiled)
		}
	}
	kit.SetCompiledReads(h.App, true)
}
