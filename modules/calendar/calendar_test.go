package calendar_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// address makes a feed and returns the path of its address.
func address(t *testing.T, h *hospitaltest.Hospital, account string) string {
	t.Helper()
	url := h.As(account).Do(http.MethodPost, "/api/hospital/calendar", nil).OK(t).String("url")
	_, path, _ := strings.Cut(url, "/api/")
	return "/api/" + path
}

func read(h *hospitaltest.Hospital, path, tag string) hospitaltest.Response {
	return h.As("guest").With("If-None-Match", tag).Do(http.MethodGet, path, nil)
}

func TestAFeedHasTheVisitsOfItsOwner(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("patient1").Update("appointments", id("asked1"), body{"status": "cancelled"}).OK(t)
	for account, want := range map[string][2]string{
		"patient1": {"visit-" + id("booked1") + "@", "visit-" + id("booked2") + "@"},
		"doctor2":  {"visit-" + id("booked2") + "@", "visit-" + id("booked1") + "@"},
	} {
		answer := read(h, address(t, h, account), "").OK(t)
		text := string(answer.Raw)
		if !strings.Contains(text, want[0]) || strings.Contains(text, want[1]) {
			t.Errorf("%s reads\n%s", account, text)
		}
		for _, private := range []string{"reason", "Patient 1", "Patient 2", "Dr."} {
			if strings.Contains(text, private) {
				t.Errorf("the feed of %s says %q\n%s", account, private, text)
			}
		}
		if account == "patient1" && !strings.Contains(text, "STATUS:CANCELLED") {
			t.Error("a visit that was cancelled is not in the feed")
		}
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/calendar") {
			t.Errorf("it is %s", answer.Header.Get("Content-Type"))
		}
	}
	h.Verify()
}

func TestAFeedIsSentAgainOnlyWhenItHasChanged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path := address(t, h, "patient1")
	tag := read(h, path, "").OK(t).Header.Get("ETag")
	statements := h.Statements(func() {
		if again := read(h, path, tag); again.Status != http.StatusNotModified || len(again.Raw) != 0 {
			t.Errorf("the same feed answered %d", again.Status)
		}
	})
	if len(statements) != 3 { // the feed, the account, the tag
		t.Errorf("%d statements: %v", len(statements), statements)
	}
	changes := map[string]func(){
		"another patient's visit": func() {
			h.As("receptionist1").Update("appointments", id("booked2"), body{"status": "cancelled"}).OK(t)
		},
		"a visit":      func() { h.As("patient1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t) },
		"the hospital": func() { h.As("admin1").Update("hospital", "hospitalsetting", body{"address": "2 New Street"}).OK(t) },
		"the language": func() { h.As("patient1").Update("users", id("patient1"), body{"language": "de"}).OK(t) },
	}
	for what, change := range changes {
		change()
		answer := read(h, path, tag)
		if unchanged := what == "another patient's visit"; unchanged != (answer.Status == http.StatusNotModified) {
			t.Errorf("after a change of %s it answered %d", what, answer.Status)
		}
		if answer.Status == http.StatusOK {
			tag = answer.Header.Get("ETag")
		}
	}
}

func TestTheAddressOfAFeedEnds(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	ends := func(what, path string) {
		t.Helper()
		if answer := read(h, path, ""); answer.Status != http.StatusNotFound {
			t.Errorf("after %s the address answered %d", what, answer.Status)
		}
	}
	first := address(t, h, "patient1")
	second := address(t, h, "patient1")
	ends("a new one", first)
	read(h, second, "").OK(t)
	if state := h.As("patient1").Do(http.MethodGet, "/api/hospital/calendar", nil).OK(t); state.JSON["active"] != true {
		t.Errorf("it is %s", state.Raw)
	}
	h.As("patient1").Do(http.MethodDelete, "/api/hospital/calendar", nil)
	ends("revoking it", second)
	if state := h.As("patient1").Do(http.MethodGet, "/api/hospital/calendar", nil).OK(t); state.JSON["active"] != false {
		t.Errorf("it is %s", state.Raw)
	}
	third := address(t, h, "patient2")
	h.As("admin1").Update("users", id("patient2"), body{"status": "suspended"}).OK(t)
	ends("the account was suspended", third)
	fourth := address(t, h, "doctor1")
	h.As("doctor1").Update("users", id("doctor1"), body{"password": "another long passphrase 7",
		"passwordConfirm": "another long passphrase 7", "oldPassword": hospitaltest.Password}).OK(t)
	ends("a new password", fourth)
	for _, bad := range []string{"x.ics", strings.Repeat("a", 40), strings.Repeat("a", 40) + ".ics", "%2e%2e.ics"} {
		ends("guessing", "/api/hospital/calendar/"+bad)
	}
	for _, account := range []string{"nurse1", "receptionist1", "accountant1", "admin1", "guest"} {
		if answer := h.As(account).Do(http.MethodPost, "/api/hospital/calendar", nil); answer.Status != 403 &&
			answer.Status != 401 {
			t.Errorf("%s makes a feed: %d", account, answer.Status)
		}
	}
}

func TestAFeedIsFoundByIndexes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range []string{"patient1", "doctor1"} {
		path := address(t, h, account)
		h.At(time.Now().Add(time.Minute))
		for _, plan := range h.Plans(func() { read(h, path, "").OK(t) }) {
			for _, step := range plan.Steps {
				if strings.HasPrefix(step, "SCAN") {
					t.Errorf("%s: %s\n%s", account, step, plan.SQL)
				}
			}
		}
	}
}
