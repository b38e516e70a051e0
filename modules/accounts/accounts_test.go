package accounts_test

import (
	"net/http"
	"slices"
	"testing"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

func signIn(h *hospitaltest.Hospital, email, password string) hospitaltest.Response {
	return h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password",
		body{"identity": email, "password": password})
}

func TestAdminsSeeAddressesButCannotTakeAccountsOver(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if seen := h.As("admin1").View("users", hospitaltest.ID("patient1"),
		"").OK(t); seen.String("email") != "patient1@example.org" {
		t.Errorf("the admin sees %s", seen.Raw)
	}
	hash := h.Record("users", hospitaltest.ID("patient1")).GetString("password:hash")
	for field, value := range (body{"email": "mine@example.org", "verified": true, "password": "another-password"}) {
		change := body{field: value}
		if field == "password" {
			change["passwordConfirm"] = value
		}
		if answer := h.As("admin1").Update("users", hospitaltest.ID("patient1"), change); answer.Status < 400 ||
			answer.Status > 499 || answer.Code(field) == "" {
			t.Errorf("changing a patient's %s answered %d %s", field, answer.Status, answer.Raw)
		}
	}
	if r := h.Record("users", hospitaltest.ID("patient1")); r.Email() != "patient1@example.org" ||
		r.GetString("password:hash") != hash {
		t.Error("the account was taken over")
	}
}

func TestChangingThePasswordNeedsTheOldOne(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	change := body{"password": "another-password", "passwordConfirm": "another-password", "oldPassword": "wrong-password"}
	if answer := h.As("patient1").Update("users", hospitaltest.ID("patient1"),
		change); answer.Status != http.StatusBadRequest || answer.Code("oldPassword") == "" {
		t.Errorf("a wrong old password answered %d %s", answer.Status, answer.Raw)
	}
	change["oldPassword"] = hospitaltest.Password
	h.As("patient1").Update("users", hospitaltest.ID("patient1"), change).OK(t)
	signIn(h, "patient1@example.org", "another-password").OK(t)
}

func TestPasswordsHaveAtLeastTwelveCharacters(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	const shortest = "otter-lamp-7" // twelve
	tooShort := shortest[1:]
	answer := h.As("guest").Create("users", person(body{"password": tooShort, "passwordConfirm": tooShort}))
	if answer.Status != http.StatusBadRequest || answer.Code("password") != "validation_min_text_constraint" {
		t.Errorf("eleven characters answered %d %s", answer.Status, answer.Raw)
	}
	h.As("guest").Create("users", person(body{"password": shortest, "passwordConfirm": shortest})).OK(t)
}

func TestAnAccountIsNeverDeleted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for name, client := range map[string]hospitaltest.Client{"themselves": h.As("patient1"), "an admin": h.As("admin1"),
		"the operator": h.Operator()} {
		if answer := client.Do(http.MethodDelete, "/api/collections/users/records/"+hospitaltest.ID("patient1"),
			nil); answer.Status < 400 {
			t.Errorf("an account was deleted by %s", name)
		}
	}
	h.Record("users", hospitaltest.ID("patient1"))
}

// Filters by address, also through a relation, must not reveal to other roles whether an
// account exists.
func TestOnlyAdminsCanFilterByAddress(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		account, collection, filter string
		want                        []string
	}{
		{"admin1", "users", `email = "patient2@example.org"`, []string{hospitaltest.ID("patient2")}},
		{"admin1", "users", `email ~ "patient2@" && role = "patient"`, []string{hospitaltest.ID("patient2")}},
		{"admin1", "users", `email = "unknown@example.org"`, nil},
		{"admin1", "doctors", `user.email = "doctor1@example.org"`, []string{hospitaltest.ID("dr1")}},
		{"doctor1", "users", `email = "doctor2@example.org"`, nil},
		{"receptionist1", "patients", `user.email = "patient1@example.org"`, nil},
		{"nurse1", "doctors", `user.email ~ "doctor1"`, nil},
	} {
		answer := h.As(c.account).List(c.collection, hospitaltest.Filter(c.filter)).OK(t)
		if got := answer.IDs(); !slices.Equal(got, c.want) {
			t.Errorf("%s filters %s by %s and finds %v, want %v", c.account, c.collection, c.filter, got, c.want)
		}
		for _, item := range answer.Items() {
			if c.collection == "users" && (item["email"] != "patient2@example.org" || item["password"] != nil ||
				item["tokenKey"] != nil) {
				t.Errorf("%s is shown %v", c.account, item)
			}
		}
	}
}
