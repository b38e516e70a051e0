package audit_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
)

func TestRefusedRequestsAreLoggedAsAttempts(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	entries := logged(h, func() {
		h.As("patient2").Update("appointments", id("booked1"), body{"reason": "mine"})  // not theirs
		h.As("accountant1").Update("appointments", id("booked1"), body{"reason": "x"})  // not allowed
		h.As("guest").List("patients", "")                                              // not signed in
		h.As("doctor1").View("patients", id("pat2"), "")                                // not in care
		h.As("doctor1").Update("appointments", id("booked1"), body{"starts": "never"})  // invalid input is no attempt
		h.As("doctor1").Update("appointments", id("done1"), body{"status": "approved"}) // a wrong state is no attempt
		h.As("doctor1").Do(http.MethodGet, "/api/collections/"+strings.Repeat("x", 5000)+"/records", nil)
	})
	expect(t, entries,
		"patient2 patient patch 404 appointments booked1  refused",
		"accountant1 accountant patch 403 appointments booked1 pat1 refused",
		" guest get 401 patients   refused",
		"doctor1 doctor get 404 patients pat2 pat2 refused",
		"doctor1 doctor get 404 "+strings.Repeat("x", 60)+"   refused")
}

func TestSignInsAreLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	in := func(who, password string) {
		h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password",
			body{"identity": who, "password": password})
	}
	entries := logged(h, func() {
		in("nurse1@example.org", hospitaltest.Password)
		in("nurse1@example.org", "wrong-password")
		in("my-password-in-the-wrong-field", "x")
		h.As("nurse1").Do(http.MethodPost, "/api/collections/users/auth-refresh", nil).OK(t)
	})
	expect(t, entries, "nurse1 nurse sign in users nurse1  done", " guest sign in users nurse1  refused",
		" guest sign in users   refused", "nurse1 nurse refresh users nurse1  done")
}

func TestActionsOfOperatorsAreLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server.Open(h.App, "mail")
	operator := h.Operator()
	entries := logged(h, func() {
		operator.Update("departments", id("general"), body{"name": "General medicine"}).OK(t)
		operator.Do(http.MethodPatch, "/api/settings",
			body{"meta": body{"appName": "Hospital", "appURL": "https://hospital.example", "senderName": "H",
				"senderAddress": "h@hospital.example"}, "smtp": body{"password": "of-the-house"}}).OK(t)
		operator.Do(http.MethodGet, "/api/backups", nil).OK(t)
		operator.Do(http.MethodPost, "/api/sql", body{"query": "SELECT * FROM patients"})
	})
	if len(entries) < 3 {
		t.Fatalf("the log has %d entries, want at least 3", len(entries))
	}
	expect(t, entries[:3], "operator@example.org operator update departments general  done",
		"operator@example.org operator settings    done", "operator@example.org operator operate backups   done")
	changes := entries[1]["changes"].(string)
	for _, want := range []string{`"meta.appURL":["http://localhost:8090","https://hospital.example"]`,
		`"smtp.password":["","(changed)"]`} {
		if !strings.Contains(changes, want) {
			t.Errorf("%s is not in %s", want, changes)
		}
	}
	if strings.Contains(changes, "of-the-house") || strings.Contains(changes, "batch") {
		t.Errorf("the changes contain a secret or an unchanged value: %s", changes)
	}
}

// It covers new operators, linked and impersonated accounts, settings and backups.
func TestOperatorAccessToAccountsAndBackupsIsLogged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server.Open(h.App, "impersonation", "mail", "backups")
	operator := h.Operator()
	secret := "hunter2-hunter2"
	entries := logged(h, func() {
		operator.Create("_superusers",
			body{"email": "second@example.org", "password": hospitaltest.Password,
				"passwordConfirm": hospitaltest.Password}).OK(t)
		operator.Create("_externalAuths",
			body{"collectionRef": "_pb_users_auth_", "recordRef": id("patient1"), "provider": "google",
				"providerId": "x"}).OK(t)
		operator.Do(http.MethodPost, "/api/collections/users/impersonate/"+id("patient1"), nil).OK(t)
		operator.Do(http.MethodPatch, "/api/settings", body{"smtp": body{"password": secret}}).OK(t)
		operator.Do(http.MethodPost, "/api/backups", body{"name": "mine.zip"}).OK(t)
		token := operator.Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
		h.As("guest").SkipContract().Do(http.MethodGet, "/api/backups/mine.zip?token="+token, nil).OK(t)
	})
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprint(e["actor_name"], " ", e["role"], " ", e["action"], " ", e["collection"]))
		if strings.Contains(e["changes"].(string), secret) {
			t.Errorf("%s contains the password", e.summary())
		}
	}
	for _, want := range []string{"create _superusers", "create _externalAuths",
		"operate collections/users/impersonate/" +
			id("patient1"), "settings ", "operate backups", "operate backups/mine.zip"} {
		if !slices.Contains(got, "operator@example.org operator "+want) {
			t.Errorf("the log has no entry of the operator with %q: %q", want, got)
		}
	}
	if slices.ContainsFunc(entries, func(e entry) bool { return e["action"] == "refresh" }) {
		t.Errorf("an impersonation is logged as a sign-in of the account: %q", got)
	}
}

// Some refusals with status 400 are attempts, also in a batch.
func TestBadRequestsOnForbiddenFieldsAreLoggedAsAttempts(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	batch := func(account, method, url string, b body) {
		h.As(account).Do(http.MethodPost, "/api/batch",
			body{"requests": []any{body{"method": method, "url": url, "body": b}}})
	}
	entries := logged(h, func() {
		h.As("patient1").Create("appointments",
			body{"patient": id("pat2"), "doctor": id("dr1"), "starts": "2031-01-01 09:00:00.000Z"})
		h.As("patient1").Update("users", id("patient1"), body{"verified": true})
		h.As("patient1").Update("users", id("patient1"),
			body{"oldPassword": "a-guess-of-mine", "password": "another-password",
				"passwordConfirm": "another-password"})
		h.As("accountant1").List("patients", hospitaltest.Filter(`national_id ~ "1"`))
		h.As("guest").Do(http.MethodPost, "/api/collections/users/confirm-password-reset",
			body{"token": "forged", "password": "another-password", "passwordConfirm": "another-password"})
		h.As("nurse1").Do(http.MethodGet, "/api/hospital/patients/"+id("nothing")+"/history", nil)
		h.As("doctor1").Do(http.MethodGet, "/api/hospital/payments/"+id("paid1")+"/receipt", nil)
		batch("accountant1", "PATCH", "/api/collections/appointments/records/"+id("booked1"), body{"reason": "x"})
		batch("patient2", "PATCH", "/api/collections/appointments/records/"+id("booked1")+"?x", body{"reason": "x"})
		// invalid input
		batch("patient1", "PATCH", "/api/collections/appointments/records/"+id("booked1"), body{"starts": "never"})
	})
	expect(t, entries,
		"patient1 patient post 400 appointments   refused",
		"patient1 patient patch 400 users patient1  refused",
		"patient1 patient patch 400 users patient1  refused",
		"accountant1 accountant get 400 patients   refused",
		" guest post 400 users   refused",
		"nurse1 nurse get 404 patients nothing  refused",
		"doctor1 doctor get 404 payments paid1 pat1 refused",
		"accountant1 accountant patch 404 appointments booked1 pat1 refused",
		"patient2 patient patch 404 appointments booked1  refused")
}

func TestAPasswordResetIsLoggedAsTheOwners(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	token, err := h.Record("users", id("nurse1")).NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	entries := logged(h, func() {
		h.As("guest").Do(http.MethodPost, "/api/collections/users/request-password-reset",
			body{"email": "nurse1@example.org"}).OK(t)
		// the mail is sent after the answer
		for deadline := time.Now().Add(10 * time.Second); h.App.TestMailer.TotalSend() == 0 &&
			time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		h.As("guest").Do(http.MethodPost, "/api/collections/users/confirm-password-reset",
			body{"token": token, "password": "another-password", "passwordConfirm": "another-password"}).OK(t)
	})
	if notice := entries[1].summary(); !strings.HasPrefix(notice, " system create security_notices ") {
		t.Errorf("the second entry is %s", notice)
	}
	expect(t, slices.Delete(entries, 1, 2),
		"nurse1 nurse update users nurse1  done", " guest ask for a new password users nurse1  done")
}

// It covers requests in a batch, which have headers of their own.
func TestTheAddressOfARequestComesFromTheTrustedProxy(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server.Open(h.App, "settings")
	h.Operator().Do(http.MethodPatch, "/api/settings",
		body{"trustedProxy": body{"headers": []string{"X-Forwarded-For"}}}).OK(t)
	// the caller wrote the first address, the proxy added the second
	desk := h.As("receptionist1").With("X-Forwarded-For", "6.6.6.6, 10.0.0.7")
	for _, e := range logged(h, func() {
		desk.Do(http.MethodPost, "/api/batch",
			body{"requests": []any{body{"method": "PATCH", "url": "/api/collections/patients/records/" + id("pat1"),
				"body": body{"phone": "558"}, "headers": body{"X-Forwarded-For": "6.6.6.6"}}}}).OK(t)
		desk.View("patients", id("pat1"), "").OK(t)
	}) {
		if e["ip"] != "10.0.0.7" {
			t.Errorf("%s has ip %v", e.summary(), e["ip"])
		}
	}
}
