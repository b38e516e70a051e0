package accounts_test

import (
	"net/http"
	"testing"
	"time"
)

func TestAnAddressGetsAtMostThreeRegistrationMailsAnHour(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	now := time.Now()
	h.At(now)
	same := []string{"patient1@example.org", "Patient1@example.org", "PATIENT1@EXAMPLE.ORG", "patient1@Example.org",
		"patient1@example.org.", "patient1+one@example.org", "Patient1+Two@example.org"}
	register := func() {
		for _, email := range same {
			h.As("guest").SkipContract().Create("users", person(body{"email": email})).OK(t)
		}
	}
	register()
	deliver(h)
	if n := h.App.TestMailer.TotalSend(); n != 3 {
		t.Errorf("%d mails were sent", n)
	}
	h.As("guest").Create("users", person(body{"email": "other@example.org"})).OK(t)
	deliver(h)
	if n := h.App.TestMailer.TotalSend(); n != 4 {
		t.Errorf("another address got no mail: %d", n)
	}
	h.At(now.Add(time.Hour))
	register()
	deliver(h)
	if n := h.App.TestMailer.TotalSend(); n != 7 {
		t.Errorf("in the next hour %d mails were sent", n)
	}
}

// Who has an account cannot fill the mailbox of a stranger either.
func TestANewAddressGetsAtMostThreeMailsAnHour(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	for i := range 6 {
		email := []string{"stranger@example.org", "Stranger@example.org"}[i%2]
		answer := h.As("patient1").Do(http.MethodPost, "/api/collections/users/request-email-change",
			body{"newEmail": email})
		if answer.Status != http.StatusNoContent {
			t.Errorf("answered %d %s", answer.Status, answer.Raw)
		}
	}
	time.Sleep(500 * time.Millisecond) // they are sent after the answer
	if n := h.App.TestMailer.TotalSend(); n != 3 {
		t.Errorf("%d mails were sent", n)
	}
}
