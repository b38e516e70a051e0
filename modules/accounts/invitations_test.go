package accounts_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func accept(h *hospitaltest.Hospital, secret string, more body) hospitaltest.Response {
	sent := body{"token": secret, "name": "Lena Berg", "password": "seven-wild-geese"}
	for k, v := range more {
		sent[k] = v
	}
	return h.As("guest").Do(http.MethodPost, "/api/hospital/invitations/accept", sent)
}

func TestAnAcceptedInvitationCreatesAnAccountWithItsRole(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	invited := h.As("admin1").Create("invitations",
		body{"email": "lena@example.org", "role": "doctor", "department": hospitaltest.ID("general"),
			"specialization": "Cardiology", "license_no": "L9"}).OK(t)
	secret := secretOf(h, "lena@example.org")
	if stored := h.Record("invitations", invited.ID()); strings.Contains(stored.GetString("token_hash"), secret) ||
		stored.GetString("token_hash") == "" {
		t.Error("the secret itself is stored")
	}
	for field, value := range (body{"name": "", "password": "short"}) {
		if answer := accept(h, secret, body{field: value}); answer.Status != http.StatusBadRequest ||
			answer.Code(field) == "" {
			t.Errorf("%s=%v answered %d %s", field, value, answer.Status, answer.Raw)
		}
	}
	if email := accept(h, secret, body{"role": "admin"}).OK(t).String("email"); email != "lena@example.org" {
		t.Errorf("the account is of %s", email)
	}
	signed := signIn(h, "lena@example.org", "seven-wild-geese").OK(t)
	user := signed.JSON["record"].(map[string]any)
	if user["role"] != "doctor" || user["status"] != "active" || user["verified"] != true {
		t.Errorf("the account is %v", user)
	}
	doctor, err := h.App.FindFirstRecordByData("doctors", "user", user["id"])
	if err != nil || !doctor.GetBool("active") || doctor.GetString("name") != "Lena Berg" ||
		doctor.GetString("specialization") != "Cardiology" || doctor.GetString("license_no") != "L9" ||
		doctor.GetString("department") != hospitaltest.ID("general") {
		t.Errorf("the doctor is %v (%v)", doctor, err)
	}
	if settled := h.As("admin1").View("invitations", invited.ID(), "").OK(t); settled.String("status") != "accepted" ||
		settled.String("user") != user["id"] || settled.String("settled_at") == "" {
		t.Errorf("the invitation is %s", settled.Raw)
	}
	h.Verify()
}

func TestInvalidInvitationTokensAreRefusedAlike(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	invite := func(email string) (id, secret string) {
		id = h.As("admin1").Create("invitations", body{"email": email, "role": "nurse"}).OK(t).ID()
		return id, secretOf(h, email)
	}
	_, used := invite("used@example.org")
	accept(h, used, nil).OK(t)
	id, revoked := invite("revoked@example.org")
	h.As("admin1").Update("invitations", id, body{"status": "revoked"}).OK(t)
	_, replaced := invite("again@example.org")
	_, newer := invite("Again@example.org")
	_, late := invite("late@example.org")
	accept(h, newer, body{"name": "Again"}).OK(t)
	h.At(time.Now().Add(73 * time.Hour))
	answers := map[string]bool{}
	for _, secret := range []string{used, revoked, replaced, newer, late, strings.Repeat("x", 40), "x"} {
		answer := accept(h, secret, nil)
		if answer.Status != http.StatusBadRequest || answer.Code("token") != "invalid_token" {
			t.Errorf("answered %d %s", answer.Status, answer.Raw)
		}
		answers[string(answer.Raw)] = true
	}
	if len(answers) != 1 {
		t.Errorf("they answer differently: %v", answers)
	}
	h.Verify()
}

func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	h.As("admin1").Create("invitations", body{"email": "lena@example.org", "role": "nurse"}).OK(t)
	secret, before := secretOf(h, "lena@example.org"), h.Count("users")
	var all sync.WaitGroup
	var made atomic.Int32
	for range 8 {
		all.Go(func() {
			if accept(h, secret, nil).Status == http.StatusOK {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 || h.Count("users") != before+1 {
		t.Errorf("%d were accepted, %d accounts made", made.Load(), h.Count("users")-before)
	}
}

func TestInvalidInvitationsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	for _, c := range []struct {
		by    string
		more  body
		field string
		code  string
	}{
		{"admin1", body{"email": "Patient1@example.org"}, "email", "has_account"}, // the admin sees all accounts anyway
		{"admin1", body{"role": "patient"}, "role", "validation_invalid_value"},
		{"admin1", body{"role": "receptionist", "license_no": "L9"}, "license_no", "wrong_role"},
		{"admin1", body{"status": "accepted"}, "status", "not_allowed"},
		{"admin1", body{"expires": "2099-01-01 00:00:00.000Z"}, "expires", "server_owned"},
		{"admin1", body{"token_hash": "x"}, "token_hash", "server_owned"},
	} {
		sent := body{"email": "lena@example.org", "role": "nurse"}
		for k, v := range c.more {
			sent[k] = v
		}
		if answer := h.As(c.by).Create("invitations", sent); answer.Code(c.field) != c.code {
			t.Errorf("%v answered %d %s", c.more, answer.Status, answer.Raw)
		}
	}
	for _, state := range []string{"accepted", "open"} {
		h.As("admin1").Update("invitations", hospitaltest.ID("invited2"), body{"status": "revoked"})
		if answer := h.As("admin1").Update("invitations", hospitaltest.ID("invited2"),
			body{"status": state}); answer.Code("status") != "invalid_transition" {
			t.Errorf("%s answered %d %s", state, answer.Status, answer.Raw)
		}
	}
	if answer := h.As("admin1").Update("invitations", hospitaltest.ID("invited1"),
		body{"status": "accepted"}); answer.Code("status") != "invalid_transition" {
		t.Errorf("to accept for somebody else answered %d %s", answer.Status, answer.Raw)
	}
}
