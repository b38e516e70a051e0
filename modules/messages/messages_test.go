package messages_test

import (
	"net/http"
	"strings"
	"testing"

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
