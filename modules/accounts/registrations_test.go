package accounts_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
	"hospital/modules/accounts"
)

// hospitalWithMail returns a hospital with a mail server, where new accounts confirm their
// address.
func hospitalWithMail(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	h.App.Settings().SMTP.Enabled = true
	h.As("admin1").Update("hospital", "hospitalsetting", body{"confirm_email": true}).OK(t)
	deliver(h)
	h.App.TestMailer.Reset()
	return h
}

func deliver(h *hospitaltest.Hospital) {
	h.T.Helper()
	if err := outbox.Deliver(h.App); err != nil {
		h.T.Fatal(err)
	}
}

var linked = regexp.MustCompile(`token=([\w.-]+)`)

// secretOf returns the token in the link of the newest mail to an address, or an empty
// string if the mail has no link.
func secretOf(h *hospitaltest.Hospital, email string) string {
	h.T.Helper()
	deliver(h)
	for _, mail := range slices.Backward(h.App.TestMailer.Messages()) {
		if mail.To[0].Address == email {
			if found := linked.FindStringSubmatch(mail.Text); found != nil {
				return found[1]
			}
			return ""
		}
	}
	h.T.Fatalf("%s got no mail", email)
	return ""
}

func confirm(h *hospitaltest.Hospital, secret, password string) hospitaltest.Response {
	return h.As("guest").Do(http.MethodPost, "/api/hospital/registrations/confirm",
		body{"token": secret, "password": password})
}

// masked replaces values that differ between any two requests, such as ids and times.
func masked(text string) string {
	for _, varying := range []string{`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z`, `'(?:[^']|'')*'`, `"[a-z0-9]{15}"`,
		`[\w.]+@[\w.]+`} {
		text = regexp.MustCompile(varying).ReplaceAllString(text, "?")
	}
	return text
}

func TestRegisteringDoesNotRevealAccounts(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	accountsBefore := h.Count("users")
	var answers, statements []string
	for _, email := range []string{"warm-up@example.org", "new@example.org", "patient1@example.org"} {
		var answer hospitaltest.Response
		queries := h.Queries(func() {
			answer = h.As("guest").Create("users", person(body{"email": email, "birth_date": "1990-01-02"})).OK(t)
		})
		answer.Header.Del("X-Request-Id")
		answers = append(answers, masked(string(answer.Raw)))
		// The query of the create rule lists its columns in random order, and reads no table.
		queries = slices.DeleteFunc(queries, func(sql string) bool {
			return strings.HasPrefix(sql, "WITH {{users__pb_create__")
		})
		statements = append(statements, masked(strings.Join(queries, "\n")))
	}
	if answers[1] != answers[2] {
		t.Errorf("a new address answers\n%s\na taken one\n%s", answers[1], answers[2])
	}
	if statements[1] != statements[2] { // the same queries take the same time
		t.Errorf("a new address runs\n%s\na taken one\n%s", statements[1], statements[2])
	}
	if h.Count("users") != accountsBefore {
		t.Error("an account was made")
	}
	first, second := signIn(h, "new@example.org", "a-long-password"), signIn(h, "patient1@example.org", "a-long-password")
	if first.Status != http.StatusBadRequest || string(first.Raw) != string(second.Raw) {
		t.Errorf("signing in answers %s and %s", first.Raw, second.Raw)
	}
	if secretOf(h, "new@example.org") == "" || secretOf(h, "patient1@example.org") != "" {
		t.Error("only the mail to the new address must have a link")
	}
	h.Verify()
}

func TestConfirmingTheAddressCreatesTheAccount(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	asked := h.As("guest").Create("users", person(body{"birth_date": "1990-01-02", "medical_history": "asthma"})).OK(t)
	secret := secretOf(h, "new@example.org")
	if answer := confirm(h, secret, "another-password"); answer.Code("password") != "wrong_password" {
		t.Errorf("another password answered %s", answer.Raw)
	}
	h.As("guest").Create("users", person(body{"name": "Somebody else"})).OK(t) // with the same address
	if email := confirm(h, secret, "a-long-password").OK(t).String("email"); email != "new@example.org" {
		t.Errorf("the account is of %s", email)
	}
	user := h.Record("users", asked.ID())
	if !user.Verified() || user.GetString("name") != "Nadia" || user.GetString("status") != "active" {
		t.Errorf("the account is %v", user)
	}
	patient, err := h.App.FindFirstRecordByData("patients", "user", user.Id)
	if err != nil || patient.GetString("birth_date") != "1990-01-02" || patient.GetString("medical_history") != "asthma" {
		t.Errorf("the record is %v (%v)", patient, err)
	}
	signIn(h, "new@example.org", "a-long-password").OK(t)
	if left, err := h.App.CountRecords("registrations"); err != nil || left != 2 { // those of the fixture
		t.Errorf("%d registrations are left (%v)", left, err)
	}
	h.Verify()
}

func TestInvalidRegistrationTokensAreRefusedAlike(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	h.As("guest").Create("users", person(nil)).OK(t)
	used := secretOf(h, "new@example.org")
	confirm(h, used, "a-long-password").OK(t)
	h.As("guest").Create("users", person(body{"email": "late@example.org"})).OK(t)
	expired := secretOf(h, "late@example.org")
	h.At(time.Now().Add(25 * time.Hour))
	answers := map[string]bool{}
	for _, secret := range []string{used, expired, strings.Repeat("x", 40), "x"} {
		answer := confirm(h, secret, "a-long-password")
		if answer.Status != http.StatusBadRequest || answer.Code("token") != "invalid_token" {
			t.Errorf("answered %d %s", answer.Status, answer.Raw)
		}
		answers[string(answer.Raw)] = true
	}
	if len(answers) != 1 {
		t.Errorf("they answer differently: %v", answers)
	}
	if err := accounts.DeleteExpired(h.App); err != nil || h.Count("registrations") != 0 {
		t.Errorf("expired registrations are left: %d (%v)", h.Count("registrations"), err)
	}
}

func TestARegistrationReservesItsIdWithOrWithoutAnAccount(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	for _, email := range []string{"new@example.org", "patient1@example.org"} {
		id := hospitaltest.ID("my" + email[:3])
		h.As("guest").Create("users", person(body{"email": email, "id": id})).OK(t)
		if answer := h.As("guest").Create("users",
			person(body{"email": "other@example.org", "id": id})); answer.Code("id") != "validation_not_unique" {
			t.Errorf("the id of the registration of %s answered %d %s", email, answer.Status, answer.Raw)
		}
	}
}

func TestInvalidRegistrationsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	before := h.Count("registrations")
	for field, value := range (body{"email": "no address", "password": "short", "passwordConfirm": "other", "name": "",
		"role": "admin", "birth_date": "2999-01-01", "nothing": 1}) {
		if answer := h.As("guest").Create("users", person(body{field: value})); answer.Status < 400 ||
			answer.Status > 499 || answer.Code(field) == "" {
			t.Errorf("%s=%v answered %d %s", field, value, answer.Status, answer.Raw)
		}
	}
	in := body{"requests": []any{body{"method": "POST", "url": "/api/collections/users/records", "body": person(nil)}}}
	if answer := h.As("guest").Do(http.MethodPost, "/api/batch", in); answer.Status != http.StatusUnauthorized {
		t.Errorf("in a batch it answered %d %s", answer.Status, answer.Raw)
	}
	if h.Count("registrations") != before {
		t.Error("a registration was stored")
	}
}

// For an address without an account, PocketBase compares the password with that of another
// account.
func TestSigningInToAnUnknownAddressTakesTheSameTime(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var unknown []string
	queries := h.Queries(func() { signIn(h, "unknown@example.org", "a-long-password") })
	for _, query := range queries {
		if strings.Contains(query, "FROM `users`") {
			unknown = append(unknown, query)
		}
	}
	if len(unknown) != 2 || !strings.Contains(unknown[0], "unknown@example.org") || strings.Contains(unknown[1], "WHERE") {
		t.Errorf("the queries are\n%s", strings.Join(unknown, "\n"))
	}
}
