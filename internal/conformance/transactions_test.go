package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/sqlite"
)

// TestNoSlowWorkInsideATransaction makes slow what must not happen while nobody else can
// write: password hashing and mail. Requests that need them take long, and most of that is
// outside of their transactions.
func TestNoSlowWorkInsideATransaction(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	const slow, bound, share = 300 * time.Millisecond, 150 * time.Millisecond, 5
	h := hospitaltest.New(t)
	h.App.OnMailerSend().BindFunc(func(e *core.MailerEvent) error {
		time.Sleep(slow)
		return e.Next()
	})
	users, err := h.App.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	users.Fields.GetByName("password").(*core.PasswordField).Cost = 12 // a quarter of a second
	if err := h.App.SaveNoValidate(users); err != nil {
		t.Fatal(err)
	}
	account := hospitaltest.Body{"email": "slow@example.org", "password": "seven-wild-geese", "passwordConfirm": "seven-wild-geese",
		"name": "Slow"}
	confirmed := hospitaltest.Body{"email": "slower@example.org", "password": "seven-wild-geese",
		"passwordConfirm": "seven-wild-geese", "name": "Slower"}
	staff := hospitaltest.Body{"email": "nurse9@example.org", "password": "seven-wild-geese", "passwordConfirm": "seven-wild-geese",
		"name": "Nurse", "role": "nurse"}
	reset, err := h.Record("users", hospitaltest.ID("patient2")).NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		name string
		send func() hospitaltest.Response
	}{
		{"register", func() hospitaltest.Response { return h.As("guest").Create("users", account) }},
		{"register, with a mail", func() hospitaltest.Response {
			h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"confirm_email": true}).OK(t)
			return h.As("guest").Create("users", confirmed)
		}},
		{"create a staff account", func() hospitaltest.Response { return h.As("admin1").Create("users", staff) }},
		{"change the password", func() hospitaltest.Response {
			return h.As("patient1").Update("users", hospitaltest.ID("patient1"), hospitaltest.Body{
				"oldPassword": hospitaltest.Password, "password": "seven-wild-geese", "passwordConfirm": "seven-wild-geese"})
		}},
		{"set a new password by mail", func() hospitaltest.Response {
			return h.As("guest").Do(http.MethodPost, "/api/collections/users/confirm-password-reset", hospitaltest.Body{
				"token": reset, "password": "seven-wild-geese", "passwordConfirm": "seven-wild-geese"})
		}},
		{"invite", func() hospitaltest.Response {
			return h.As("admin1").Create("invitations", hospitaltest.Body{"email": "new@example.org", "role": "nurse"})
		}},
		{"sign in", func() hospitaltest.Response {
			return h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password",
				hospitaltest.Body{"identity": "patient2@example.org", "password": "seven-wild-geese"})
		}},
	} {
		sqlite.ForgetLongest(h.App)
		started := time.Now()
		if answer := r.send(); answer.Status >= http.StatusBadRequest {
			t.Errorf("%s answered %d %s", r.name, answer.Status, answer.Raw)
		}
		took := time.Since(started)
		_, _, longest := sqlite.Transactions(h.App)
		t.Logf("%-28s %8s, its longest transaction %s", r.name, took.Round(time.Millisecond), longest.Round(time.Millisecond))
		if longest > bound && longest > took/share { // on a busy machine everything takes longer
			t.Errorf("%s kept everybody from writing for %s", r.name, longest)
		}
	}
}
