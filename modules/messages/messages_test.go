package messages_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// wantRefusal checks that a request was refused with a code of a field.
func wantRefusal(t *testing.T, what string, answer hospitaltest.Response, status int, field, code string) {
	t.Helper()
	if answer.Status != status || answer.Code(field) != code {
		t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
	}
}

func wantStatus(t *testing.T, what string, answer hospitaltest.Response, status int) {
	t.Helper()
	if answer.Status != status {
		t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
	}
}

// start starts a thread with its first message in one batch.
func start(h *hospitaltest.Hospital, account, name string) hospitaltest.Response {
	n := account[len(account)-1:]
	return h.As(account).Do(http.MethodPost, "/api/batch", body{"requests": []body{
		{"method": "POST", "url": "/api/collections/threads/records", "body": body{"id": id(name),
			"patient": id("pat" + n), "doctor": id("dr" + n), "subject": "About " + name}},
		{"method": "POST", "url": "/api/collections/messages/records", "body": body{"thread": id(name), "text": "Hello"}},
	}})
}

func TestAThreadAndItsFirstMessageAreOneBatch(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	start(h, "patient1", "fever").OK(t)
	seen := h.As("doctor1").View("threads", id("fever"), "expand=messages_via_thread").OK(t)
	if seen.Int("unread_by_doctor") != 1 || seen.String("started_by") != id("patient1") ||
		!strings.Contains(string(seen.Raw), `"side":"patient"`) {
		t.Errorf("the doctor sees %s", seen.Raw)
	}
	h.As("doctor1").Create("messages", body{"thread": id("fever"), "text": "Drink\n\ttea."}).OK(t)
	thread := h.Record("threads", id("fever"))
	if thread.GetInt("unread_by_patient") != 1 || thread.GetDateTime("last_message_at").IsZero() {
		t.Errorf("the thread has %v", thread.PublicExport())
	}
	h.Verify()
}

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

func TestAMessageNeverChanges(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range []string{"patient1", "doctor1"} {
		for field, value := range map[string]any{"text": "Other", "document": "", "author": id("doctor2"), "side": "doctor",
			"thread": id("thread2"), "patient": id("pat2"), "seen_at": "2030-01-01 00:00:00.000Z", "seen_by": id("doctor2")} {
			if answer := h.As(account).Update("messages", id("hello1"), body{field: value}); answer.Status < 400 {
				t.Errorf("%s changes %s: %s", account, field, answer.Raw)
			}
		}
		answer := h.As(account).Do(http.MethodDelete, "/api/collections/messages/records/"+id("hello1"), nil)
		if answer.Status < 400 {
			t.Errorf("%s deletes a message", account)
		}
	}
	for _, statement := range []string{"UPDATE messages SET text = 'x'", "UPDATE messages SET author = 'x'",
		"DELETE FROM messages", "UPDATE threads SET subject = 'x'"} {
		if h.SQL(statement) == nil {
			t.Errorf("the database allows %s", statement)
		}
	}
}

func TestTheAuthorIsTheCaller(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for field, value := range map[string]any{"author": id("doctor1"), "side": "doctor", "seen": true, "patient": id("pat2"),
		"out_of_office_until": "2030-01-01 00:00:00.000Z", "created": "2020-01-01 00:00:00.000Z"} {
		sent := body{"thread": id("thread1"), "text": "Hello", field: value}
		if answer := h.As("patient1").Create("messages", sent); answer.Status < 400 || answer.Code(field) == "" {
			t.Errorf("forging %s: %s", field, answer.Raw)
		}
	}
	sent := h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Hello"}).OK(t)
	if sent.String("author") != id("patient1") || sent.String("side") != "patient" || sent.String("doctor") != id("dr1") {
		t.Errorf("sent %s", sent.Raw)
	}
}

func TestTextsAreChecked(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for code, text := range map[string]string{"validation_required": " \n ", "forbidden_character": "pay \u202Eevil\u202C",
		"validation_max_text_constraint": strings.Repeat("ä", 4_001)} {
		answer := h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": text})
		wantRefusal(t, code, answer, http.StatusBadRequest, "text", code)
	}
	h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": strings.Repeat("ä", 4_000)}).OK(t)
	answer := h.As("patient1").Create("threads", body{"patient": id("pat1"), "doctor": id("dr1"),
		"subject": strings.Repeat("ä", 121)})
	wantRefusal(t, "a long subject", answer, http.StatusBadRequest, "subject", "validation_max_text_constraint")
	wantRefusal(t, "no thread", h.As("patient1").Create("messages", body{"thread": "none", "text": "Hello"}),
		http.StatusBadRequest, "thread", "not_yours")
}

func TestAttachmentsAreSharedDocumentsOfThePatient(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range []string{"patient1", "doctor1"} {
		send := func(document string) hospitaltest.Response {
			return h.As(account).Create("messages", body{"thread": id("thread1"), "text": "See this", "document": id(document)})
		}
		wantRefusal(t, "of another patient", send("shown2"), http.StatusBadRequest, "document", "not_found")
		wantRefusal(t, "hidden", send("kept1"), http.StatusConflict, "document", "not_shared")
		send("shown1").OK(t)
	}
	h.Verify()
}

func TestAThreadIsAboutAVisitOfTheTwo(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	about := func(visit string) hospitaltest.Response {
		return h.As("patient1").Create("threads", body{"patient": id("pat1"), "doctor": id("dr1"), "appointment": visit,
			"subject": "Visit"})
	}
	wantRefusal(t, "of others", about(id("done2")), http.StatusBadRequest, "appointment", "not_found")
	wantRefusal(t, "of nobody", about("none"), http.StatusBadRequest, "appointment", "not_found")
	about(id("done1")).OK(t)
	h.Verify()
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

func TestTheLimitsArePerDayOfTheHospital(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Pacific/Auckland"}).OK(t)
	zone, _ := time.LoadLocation("Pacific/Auckland")
	year, month, day := time.Now().In(zone).Date()
	evening := time.Date(year, month, day, 23, 59, 0, 0, zone)
	h.At(evening)
	message := body{"thread": id("thread1"), "text": "Hello"}
	sent := 0
	for h.As("patient1").Create("messages", message).Status == http.StatusOK && sent < 30 {
		sent++
	}
	if sent < 19 || sent > 20 { // one of the fixture may be of the same day
		t.Errorf("%d messages were sent in a day", sent)
	}
	wantRefusal(t, "one more", h.As("patient1").Create("messages", message), http.StatusConflict, "text", "messages_per_day")
	h.As("doctor1").Create("messages", message).OK(t)
	thread := body{"patient": id("pat1"), "doctor": id("dr1"), "subject": "Hello"}
	for range 5 {
		h.As("patient1").Create("threads", thread).OK(t)
	}
	wantRefusal(t, "a sixth thread", h.As("patient1").Create("threads", thread), http.StatusConflict, "subject",
		"threads_per_day")
	h.At(evening.Add(2 * time.Minute))
	h.As("patient1").Create("messages", message).OK(t)
	h.As("patient1").Create("threads", thread).OK(t)
	h.Verify()
}

func TestConcurrentMessagesDoNotPassTheLimit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Hello"})
		})
	}
	all.Wait()
	if n := len(h.As("patient1").List("messages", "perPage=100&"+hospitaltest.Filter(`side = "patient"`)).Items()); n > 21 {
		t.Errorf("%d messages were sent", n)
	}
	h.Verify()
}

func TestAClosedThreadTakesNoMessages(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	message := body{"thread": id("thread1"), "text": "Hello"}
	h.As("doctor1").Update("threads", id("thread1"), body{"closed": true}).OK(t)
	wantRefusal(t, "closed", h.As("patient1").Create("messages", message), http.StatusConflict, "thread", "thread_closed")
	h.As("patient1").Update("threads", id("thread1"), body{"closed": false}).OK(t)
	h.As("patient1").Create("messages", message).OK(t)
	for field, value := range map[string]any{"subject": "Other", "doctor": id("dr2"), "unread_by_doctor": 0} {
		if answer := h.As("patient1").Update("threads", id("thread1"), body{field: value}); answer.Code(field) == "" {
			t.Errorf("changing %s: %s", field, answer.Raw)
		}
	}
	h.Verify()
}

func TestOnlyTheOtherSideMarksAsReadOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for account, own := range map[string]string{"patient1": "hello1", "doctor1": "answer1"} {
		if answer := h.As(account).Update("messages", id(own), body{"seen": true}); answer.Status < 400 {
			t.Errorf("%s marks an own message as read: %s", account, answer.Raw)
		}
	}
	var all sync.WaitGroup
	for range 8 { // two windows of the doctor
		all.Go(func() { h.As("doctor1").Update("messages", id("hello1"), body{"seen": true}).OK(t) })
	}
	all.Wait()
	first := h.Record("messages", id("hello1"))
	if first.GetString("seen_by") != id("doctor1") || h.Record("threads", id("thread1")).GetInt("unread_by_doctor") != 0 {
		t.Errorf("the message is %v", first.PublicExport())
	}
	h.At(time.Now().Add(time.Hour))
	again := h.As("doctor1").Update("messages", id("hello1"), body{"seen": true}).OK(t)
	if again.String("seen_at") != first.GetString("seen_at") {
		t.Errorf("a second mark changed the time to %s", again.String("seen_at"))
	}
	wantRefusal(t, "unread", h.As("doctor1").Update("messages", id("hello1"), body{"seen": false}),
		http.StatusConflict, "seen", "seen_already")
	h.Verify()
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

func TestPatientsAreToldThatTheDoctorIsAway(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	until := time.Now().UTC().Add(48 * time.Hour).Truncate(time.Hour)
	h.As("receptionist1").Create("time_off", body{"doctor": id("dr1"), "starts": time.Now().UTC().Add(-time.Hour),
		"ends": until, "reason": "ill"}).OK(t)
	message := body{"thread": id("thread1"), "text": "Hello"}
	sent := h.As("patient1").Create("messages", message).OK(t)
	if got := sent.String("out_of_office_until"); got != until.Format("2006-01-02 15:04:05.000Z") {
		t.Errorf("the patient is told %q", got)
	}
	if got := h.As("doctor1").Create("messages", message).OK(t).String("out_of_office_until"); got != "" {
		t.Errorf("the doctor is told %q", got)
	}
	if got := h.As("patient2").Create("messages", body{"thread": id("thread2"), "text": "Hello"}).OK(t).
		String("out_of_office_until"); got != "" {
		t.Errorf("the patient of another doctor is told %q", got)
	}
}

func TestPatientsWithoutAccountGetNoMessages(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Create("care_team", body{"patient": id("walkin"), "user": id("doctor1"), "reason": "consult",
		"starts": time.Now().UTC().Add(-time.Hour), "ends": time.Now().UTC().Add(time.Hour)}).OK(t)
	answer := h.As("doctor1").Create("threads", body{"patient": id("walkin"), "doctor": id("dr1"), "subject": "Hello"})
	wantRefusal(t, "a patient without an account", answer, http.StatusConflict, "patient", "no_account")
}

func TestOneNoticeTellsOfUnreadMessages(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	told := func() int {
		return len(h.As("doctor1").List("notices", "perPage=100&"+
			hospitaltest.Filter(`kind = "message" && channel = "email"`)).OK(t).Items())
	}
	before := told()
	h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Hello"}).OK(t)
	if told() != before {
		t.Error("the doctor was told again although a message is unread")
	}
	for _, message := range h.As("doctor1").List("messages", hospitaltest.Filter(`side = "patient"`)).Items() {
		h.As("doctor1").Update("messages", message["id"].(string), body{"seen": true}).OK(t)
	}
	h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Hello again"}).OK(t)
	if told() != before+1 {
		t.Error("the doctor was not told of a new message")
	}
	for _, notice := range h.As("doctor1").List("notices", hospitaltest.Filter(`kind = "message"`)).Items() {
		if notice["patient"] != "" {
			t.Errorf("a notice to the doctor names the patient: %v", notice)
		}
	}
}

func TestSendingReadsByIndexes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for what, do := range map[string]func(){
		"starting": func() {
			h.As("patient1").Create("threads", body{"patient": id("pat1"), "doctor": id("dr1"), "subject": "Question"}).OK(t)
		},
		"sending": func() {
			h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Hello", "document": id("shown1")}).OK(t)
		},
		"reading": func() { h.As("doctor1").Update("messages", id("hello1"), body{"seen": true}).OK(t) },
		"listing": func() {
			h.As("doctor1").List("messages", "sort=-created&"+hospitaltest.Filter(`thread = "`+id("thread1")+`"`)).OK(t)
			h.As("patient1").List("threads", "sort=-last_message_at").OK(t)
		},
	} {
		for _, plan := range h.Plans(do) {
			for _, step := range plan.Steps {
				if table := strings.TrimPrefix(step, "SCAN "); table != step && !strings.HasPrefix(table, "CONSTANT") {
					t.Errorf("%s: %s of %s", what, step, plan.SQL)
				}
			}
		}
	}
}
