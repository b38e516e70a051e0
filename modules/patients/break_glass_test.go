package patients_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
)

func mrnOf(h *hospitaltest.Hospital, patient string) string {
	return h.Record("patients", id(patient)).GetString("mrn")
}

func TestEmergencyAccessOpensARecordForAnHour(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	refused := map[string]hospitaltest.Response{
		"the patient":      doctor.View("patients", id("pat2"), ""),
		"notes":            doctor.View("encounters", id("notes2"), ""),
		"vitals":           doctor.View("vitals", id("vitals2"), ""),
		"the prescription": doctor.View("prescriptions", id("rx2"), ""),
		"the history":      doctor.Do(http.MethodGet, "/api/hospital/patients/"+id("pat2")+"/history", nil),
	}
	for what, answer := range refused {
		if answer.Status != http.StatusNotFound {
			t.Errorf("before, %s: %d", what, answer.Status)
		}
	}
	broken := doctor.Create("break_glass", body{"mrn": mrnOf(h, "pat2"),
		"reason": "  found unconscious at the gate "}).OK(t)
	for what, answer := range map[string]hospitaltest.Response{
		"the patient":      doctor.View("patients", id("pat2"), ""),
		"notes":            doctor.View("encounters", id("notes2"), ""),
		"vitals":           doctor.View("vitals", id("vitals2"), ""),
		"the prescription": doctor.View("prescriptions", id("rx2"), ""),
		"the history":      doctor.Do(http.MethodGet, "/api/hospital/patients/"+id("pat2")+"/history", nil),
		"a new note":       doctor.Create("allergies", body{"patient": id("pat2"), "substance": "Latex"}),
	} {
		if answer.Status != http.StatusOK {
			t.Errorf("afterwards, %s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	slot := time.Now().UTC().Truncate(time.Hour).Add(300 * time.Hour).Format("2006-01-02 15:04:05.000Z")
	answer := doctor.Create("appointments", body{"patient": id("pat2"), "doctor": id("dr1"), "starts": slot})
	if answer.Code("patient") == "" && answer.Code("doctor") == "" {
		t.Errorf("a visit that would open the record for longer: %d %s", answer.Status, answer.Raw)
	}
	if answer := h.As("admin1").Update("care_team", broken.String("entry"),
		body{"ends": "2099-01-01 00:00:00.000Z"}); answer.Status != http.StatusForbidden {
		t.Errorf("an admin makes it longer: %d %s", answer.Status, answer.Raw)
	}
	if draft := doctor.View("prescriptions", id("draft2"), ""); draft.Status != http.StatusNotFound {
		t.Errorf("another doctor's draft: %d", draft.Status)
	}
	if others := h.As("patient1").View("break_glass", broken.ID(), ""); others.Status != http.StatusNotFound {
		t.Errorf("another patient sees it: %d", others.Status)
	}
	h.As("patient2").View("break_glass", broken.ID(), "").OK(t)
	h.As("patient2").View("care_team", broken.String("entry"), "").OK(t)
	h.As("admin2").Update("break_glass", broken.ID(), body{"verdict": "justified", "review_note": "asked the ward"}).OK(t)
	if seen := h.As("doctor1").View("break_glass", broken.ID(), "").OK(t); seen.String("verdict") != "justified" ||
		strings.Contains(string(seen.Raw), "ward") {
		t.Errorf("the doctor reads %s", seen.Raw)
	}
	h.Verify()
}

func TestEmergencyAccessNeedsAReasonAndAPatient(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("care_team")
	for field, sent := range map[string]body{
		"reason":  {"patient": id("pat2"), "reason": "  just looking  "},
		"mrn":     {"mrn": "123456789", "reason": "found unconscious at the gate"},
		"patient": {"reason": "found unconscious at the gate"},
	} {
		if answer := h.As("nurse1").Create("break_glass", sent); answer.Status != http.StatusBadRequest ||
			answer.Code(field) == "" {
			t.Errorf("%v: %d %s", sent, answer.Status, answer.Raw)
		}
	}
	for _, account := range []string{"guest", "patient1", "receptionist1", "accountant1", "admin1"} {
		if answer := h.As(account).Create("break_glass",
			body{"patient": id("pat2"), "reason": "found unconscious at the gate"}); answer.Status < 400 {
			t.Errorf("%s: %d", account, answer.Status)
		}
	}
	if answer := h.As("doctor1").Create("break_glass",
		body{"patient": id("pat2"), "reason": "found unconscious at the gate",
			"ends": "2099-01-01 00:00:00.000Z"}); answer.Code("ends") != "server_owned" {
		t.Errorf("for longer: %d %s", answer.Status, answer.Raw)
	}
	if h.Count("care_team") != before {
		t.Error("a refused emergency access opened a record")
	}
}

// A reason that is not accepted must not tell which record numbers and ids exist, nor which were
// merged: no admin is alerted of it.
func TestAReasonThatIsTooShortRevealsNoPatient(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, reason := range []string{"", "x", "just looking"} {
		answers := map[string]bool{}
		for _, named := range []body{
			{"mrn": mrnOf(h, "pat2")}, {"mrn": "123456789"}, {"mrn": mrnOf(h, "twin1")}, {},
			{"patient": id("pat2")}, {"patient": id("nobody")}, {"patient": id("twin1")},
			{"patient": id("pat2"), "mrn": mrnOf(h, "pat1")},
		} {
			named["reason"] = reason
			answer := h.As("doctor1").Create("break_glass", named)
			answers[string(answer.Raw)] = true
			if answer.Status != http.StatusBadRequest || answer.Code("reason") == "" {
				t.Errorf("%v: %d %s", named, answer.Status, answer.Raw)
			}
		}
		if len(answers) != 1 {
			t.Errorf("with the reason %q the answers differ: %v", reason, answers)
		}
	}
}

func TestEmergencyAccessAlertsEveryAdminInThePortalAndByMail(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.App.Settings().SMTP.Enabled = true
	if err := outbox.Deliver(h.App); err != nil { // mails of the fixture
		t.Fatal(err)
	}
	h.App.TestMailer.Reset()
	broken := h.As("nurse1").Create("break_glass",
		body{"patient": id("pat2"), "reason": "found unconscious at the gate"}).OK(t)
	for _, admin := range []string{"admin1", "admin2"} {
		alerts := h.As(admin).List("alerts", hospitaltest.Filter("break_glass = '"+broken.ID()+"'")).OK(t).Items()
		if len(alerts) != 1 || alerts[0]["seen"] != false {
			t.Fatalf("%s has the alerts %v", admin, alerts)
		}
		h.As(admin).Update("alerts", alerts[0]["id"].(string), body{"seen": true}).OK(t)
	}
	h.At(time.Now().Add(time.Minute))
	if err := outbox.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
	to := map[string]bool{}
	for _, m := range h.App.TestMailer.Messages() {
		to[m.To[0].Address] = true
		if strings.Contains(m.Text, "unconscious") || strings.Contains(m.Text, "Patient 2") {
			t.Errorf("the mail says %s", m.Text)
		}
	}
	if len(to) != 2 || !to["admin1@example.org"] || !to["admin2@example.org"] {
		t.Errorf("mails went to %v", to)
	}
	h.Verify()
}

func TestEarlierMedicalHistoriesAreKept(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("doctor1").Update("patients", id("pat1"), body{"medical_history": "Asthma"}).OK(t)
	h.As("doctor1").Update("patients", id("pat1"), body{"blood_group": "A+"}).OK(t)
	h.As("admin1").Update("patients", id("pat1"), body{"medical_history": ""}).OK(t)
	kept := h.As("patient1").List("medical_histories",
		"sort=created&"+hospitaltest.Filter("patient = '"+id("pat1")+"'")).OK(t).Items()
	var texts []string
	for _, k := range kept {
		texts = append(texts, k["text"].(string)+" "+k["changed_by"].(string))
	}
	want := []string{"history 1 " + id("admin1"), "history 1, amended " + id("doctor1"), "Asthma " + id("admin1")}
	if strings.Join(texts, "\n") != strings.Join(want, "\n") {
		t.Errorf("kept are\n%s", strings.Join(texts, "\n"))
	}
	for _, statement := range []string{"UPDATE medical_histories SET text = ''", "DELETE FROM medical_histories"} {
		if err := h.SQL(statement); err == nil {
			t.Errorf("the database accepts %s", statement)
		}
	}
}
