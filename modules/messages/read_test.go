package messages_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

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
