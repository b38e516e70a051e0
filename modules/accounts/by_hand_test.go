package accounts_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
)

// withoutMail is a hospital where addresses are to be confirmed, and that has no mail server.
func withoutMail(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"confirm_email": true}).OK(t)
	h.App.Settings().SMTP.Enabled = false
	return h
}

// audited counts the entries of the audit log of admin1 with an action about a record.
func audited(h *hospitaltest.Hospital, action, record string) int {
	h.T.Helper()
	if err := audit.Flush(h.App); err != nil {
		h.T.Fatal(err)
	}
	return len(h.As("admin2").List("audit_log", hospitaltest.Filter("action = '"+action+"' && record = '"+record+
		"' && actor = '"+hospitaltest.ID("admin1")+"'")).OK(h.T).Items())
}

func byHand(h *hospitaltest.Hospital, account, registration string) hospitaltest.Response {
	return h.As(account).Do(http.MethodPost, "/api/hospital/registrations/"+registration+"/confirm", nil)
}

func TestAnAdminConfirmsARegistrationByHand(t *testing.T) {
	t.Parallel()
	h := withoutMail(t)
	asked := h.As("guest").Create("users", person(body{"birth_date": "1990-01-02"})).OK(t).ID()
	again := h.As("guest").Create("users", person(body{"name": "Somebody else"})).OK(t).ID() // with the same address
	shown := h.As("admin1").View("registrations", asked, "").OK(t)
	if shown.String("name") != "Nadia" || shown.String("email") != "new@example.org" || shown.JSON["payload"] != nil ||
		shown.JSON["password_hash"] != nil || shown.JSON["token_hash"] != nil {
		t.Errorf("the admin sees %s", shown.Raw)
	}
	for _, account := range []string{"guest", "receptionist1", "doctor1", "patient1"} {
		if answer := byHand(h, account, asked); answer.Status != http.StatusUnauthorized &&
			answer.Status != http.StatusNotFound {
			t.Errorf("%s confirms: %d", account, answer.Status)
		}
	}
	if email := byHand(h, "admin1", asked).OK(t).String("email"); email != "new@example.org" {
		t.Errorf("the account is of %s", email)
	}
	user := h.Record("users", asked)
	if user.GetString("role") != "patient" || user.GetString("status") != "active" || !user.Verified() {
		t.Errorf("the account is %v", user)
	}
	if _, err := h.App.FindFirstRecordByData("patients", "user", asked); err != nil {
		t.Errorf("the account has no record: %v", err)
	}
	signIn(h, "new@example.org", "a-long-password").OK(t)
	for _, gone := range []string{asked, again, "none"} {
		if answer := byHand(h, "admin1", gone); answer.Status != http.StatusNotFound {
			t.Errorf("once more answered %d %s", answer.Status, answer.Raw)
		}
	}
	if n := audited(h, "delete", asked); n != 1 {
		t.Errorf("%d entries say who confirmed", n)
	}
	h.Verify()
}

// A doctor still waits for the admin who activates the account.
func TestADoctorConfirmedByHandIsPending(t *testing.T) {
	t.Parallel()
	h := withoutMail(t)
	asked := h.As("guest").Create("users", person(body{"role": "doctor"})).OK(t).ID()
	byHand(h, "admin1", asked).OK(t)
	if status := h.Record("users", asked).GetString("status"); status != "pending" {
		t.Errorf("the account is %s", status)
	}
}

func TestARegistrationIsNotConfirmedByHandTooLate(t *testing.T) {
	t.Parallel()
	h := withoutMail(t)
	taken := h.As("guest").Create("users", person(body{"email": "patient1@example.org"})).OK(t).ID()
	if answer := byHand(h, "admin1", taken); answer.Code("email") != "has_account" {
		t.Errorf("an address with an account answered %d %s", answer.Status, answer.Raw)
	}
	late := h.As("guest").Create("users", person(body{})).OK(t).ID()
	h.At(time.Now().Add(25 * time.Hour))
	if answer := byHand(h, "admin1", late); answer.Code("expires") != "expired" {
		t.Errorf("an old registration answered %d %s", answer.Status, answer.Raw)
	}
}

func TestAnAdminCopiesTheLinkOfAnInvitation(t *testing.T) {
	t.Parallel()
	h := withoutMail(t)
	invited := h.As("admin1").Create("invitations", body{"email": "noor@example.org", "role": "nurse"}).OK(t).ID()
	link := func() hospitaltest.Response {
		return h.As("admin1").Do(http.MethodPost, "/api/hospital/invitations/"+invited+"/link", nil)
	}
	token := func(answer hospitaltest.Response) string {
		t.Helper()
		_, query, _ := strings.Cut(answer.OK(t).String("url"), "/#/invitation?")
		values, err := url.ParseQuery(query)
		if err != nil || values.Get("token") == "" || answer.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("the link is %s", answer.Raw)
		}
		return values.Get("token")
	}
	first, second := token(link()), token(link())
	h.App.Settings().SMTP.Enabled = true // no mail ends the link
	deliver(h)
	for _, mail := range h.App.TestMailer.Messages() {
		if mail.To[0].Address == "noor@example.org" {
			t.Errorf("a mail was sent: %s", mail.Subject)
		}
	}
	accept := func(token string) hospitaltest.Response {
		return h.As("guest").Do(http.MethodPost, "/api/hospital/invitations/accept",
			body{"token": token, "name": "Noor", "password": "seven-wild-geese"})
	}
	if answer := accept(first); answer.Code("token") != "invalid_token" {
		t.Errorf("the first link answered %d", answer.Status)
	}
	accept(second).OK(t)
	if answer := link(); answer.Code("status") != "not_open" {
		t.Errorf("of an accepted invitation: %d %s", answer.Status, answer.Raw)
	}
	if n := audited(h, "update", invited); n < 2 {
		t.Errorf("%d entries say who made a link", n)
	}
	h.Verify()
}
