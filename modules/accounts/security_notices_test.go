package accounts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
	"hospital/internal/server"
	"hospital/modules/accounts"
)

// told sends the waiting mails, and returns the subjects of those to an address.
func told(h *hospitaltest.Hospital, address string) (subjects []string) {
	h.T.Helper()
	if err := outbox.Deliver(h.App); err != nil {
		h.T.Fatal(err)
	}
	for _, m := range h.App.TestMailer.Messages() {
		if m.To[0].Address != address {
			continue
		}
		subjects = append(subjects, subjectOf(m))
		if !strings.Contains(m.Text, "If that was not you") || strings.Contains(m.Text, "new@example.org") {
			h.T.Errorf("the mail says %s", m.Text)
		}
	}
	slices.Sort(subjects)
	return subjects
}

func subjectOf(m *mailer.Message) string {
	subject, _, _ := strings.Cut(m.Subject, " – ")
	return subject
}

func TestTheOwnerIsToldOfANewPassword(t *testing.T) {
	t.Parallel()
	password := body{"password": "seven-wild-geese", "passwordConfirm": "seven-wild-geese"}
	for by, change := range map[string]func(h *hospitaltest.Hospital){
		"a link": func(h *hospitaltest.Hospital) {
			post(h, "confirm-password-reset", resetBody(t, h.Record("users", hospitaltest.ID("nurse1")))).OK(t)
		},
		"the owner": func(h *hospitaltest.Hospital) {
			password := body{"oldPassword": hospitaltest.Password, "password": "seven-wild-geese",
				"passwordConfirm": "seven-wild-geese"}
			h.As("nurse1").Update("users", hospitaltest.ID("nurse1"), password).OK(t)
		},
		"an operator": func(h *hospitaltest.Hospital) {
			server.Open(h.App, "passwords")
			h.Operator().Update("users", hospitaltest.ID("nurse1"), password).OK(t)
		},
	} {
		h := hospitalWithMail(t)
		change(h)
		if got := told(h, "nurse1@example.org"); !slices.Equal(got, []string{"Your password was changed"}) {
			t.Errorf("by %s: the owner is told %q", by, got)
		}
	}
}

func TestTheOldAddressIsToldOfANewOne(t *testing.T) {
	t.Parallel()
	for by, change := range map[string]func(h *hospitaltest.Hospital){
		"a link": func(h *hospitaltest.Hospital) {
			token, err := h.Record("users", hospitaltest.ID("nurse1")).NewEmailChangeToken("new@example.org")
			if err != nil {
				t.Fatal(err)
			}
			post(h, "confirm-email-change", body{"token": token, "password": hospitaltest.Password}).OK(t)
		},
		"an operator": func(h *hospitaltest.Hospital) {
			server.Open(h.App, "passwords")
			h.Operator().Update("users", hospitaltest.ID("nurse1"), body{"email": "new@example.org"}).OK(t)
		},
	} {
		h := hospitalWithMail(t)
		change(h)
		if got := told(h, "nurse1@example.org"); !slices.Equal(got, []string{"Your address was changed"}) {
			t.Errorf("by %s: the old address is told %q", by, got)
		}
		if got := told(h, "new@example.org"); len(got) > 0 {
			t.Errorf("by %s: the new address is told %q", by, got)
		}
	}
}

func TestSuperusersAreToldToo(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	h.Operator()
	operator, err := h.App.FindAuthRecordByEmail("_superusers", "operator@example.org")
	if err != nil {
		t.Fatal(err)
	}
	operator.SetPassword("seven-wild-geese")
	operator.SetEmail("new@example.org")
	if err := h.App.Save(operator); err != nil {
		t.Fatal(err)
	}
	want := []string{"Your address was changed", "Your password was changed"}
	if got := told(h, "operator@example.org"); !slices.Equal(got, want) {
		t.Errorf("the superuser is told %q", got)
	}
}

func TestOtherChangesOfAnAccountAreNotTold(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	h.As("nurse1").Update("users", hospitaltest.ID("nurse1"), body{"phone": "555"}).OK(t)
	h.As("admin1").Update("users", hospitaltest.ID("nurse1"), body{"status": "suspended"}).OK(t)
	if got := told(h, "nurse1@example.org"); len(got) > 0 {
		t.Errorf("the owner is told %q", got)
	}
}

func TestSecurityNoticesAreDeletedAfterAMonth(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	ofFixture := h.Count("security_notices") // expire after a day
	server.Open(h.App, "passwords")
	h.Operator().Update("users", hospitaltest.ID("nurse1"), body{"email": "new@example.org"}).OK(t)
	for _, after := range []struct {
		days int
		left int64
	}{{0, 1 + ofFixture}, {29, 1}, {31, 0}} {
		h.At(time.Now().Add(time.Duration(after.days) * 24 * time.Hour))
		if err := accounts.DeleteExpired(h.App); err != nil {
			t.Fatal(err)
		}
		if n := h.Count("security_notices"); n != after.left {
			t.Errorf("after %d days there are %d", after.days, n)
		}
	}
}
