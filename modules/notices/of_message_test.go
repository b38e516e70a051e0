package notices_test

import (
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
)

// newMessage makes patient1 write to the doctor, who has read all earlier messages.
func newMessage(h *hospitaltest.Hospital) string {
	h.T.Helper()
	doctor := h.As("doctor1")
	doctor.Update("messages", hospitaltest.ID("hello1"), hospitaltest.Body{"seen": true}).OK(h.T)
	return h.As("patient1").Create("messages", hospitaltest.Body{"thread": hospitaltest.ID("thread1"),
		"text": "A secret of mine"}).OK(h.T).ID()
}

func TestAMailTellsTheDoctorOnlyThatAMessageWaits(t *testing.T) {
	t.Parallel()
	h := posted(t)
	newMessage(h)
	if err := outbox.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
	mails := h.App.TestMailer.Messages()
	if len(mails) != 1 || mails[0].To[0].Address != "doctor1@example.org" {
		t.Fatalf("%d mails were sent", len(mails))
	}
	if text := mails[0].Subject + mails[0].Text + mails[0].HTML; strings.Contains(text, "secret") ||
		strings.Contains(text, "Patient 1") || !strings.Contains(text, "#/messages") {
		t.Errorf("the mail says %s", text)
	}
}

func TestAMessageThatWasReadNeedsNoMail(t *testing.T) {
	t.Parallel()
	h := posted(t)
	message := newMessage(h)
	h.As("doctor1").Update("messages", message, hospitaltest.Body{"seen": true}).OK(t)
	if err := outbox.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
	if n := h.App.TestMailer.TotalSend(); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
}
