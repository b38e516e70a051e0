package accounts_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules/accounts"
)

// signInWith signs in with a browser, and returns a client with the token.
func signInWith(h *hospitaltest.Hospital, account, browser string) hospitaltest.Client {
	h.T.Helper()
	token := h.As("guest").With("User-Agent", browser).Do(http.MethodPost, "/api/collections/users/auth-with-password",
		body{"identity": account + "@example.org", "password": hospitaltest.Password}).OK(h.T).String("token")
	return h.WithToken(token)
}

// sessionsOf returns the listed sessions by their browser.
func sessionsOf(client hospitaltest.Client, query string) map[string]map[string]any {
	listed := map[string]map[string]any{}
	items, _ := client.Do(http.MethodGet, "/api/hospital/sessions"+query, nil).JSON["sessions"].([]any)
	for _, item := range items {
		s := item.(map[string]any)
		listed[s["agent"].(string)] = s
	}
	return listed
}

func end(client hospitaltest.Client, sent body) hospitaltest.Response {
	return client.Do(http.MethodPost, "/api/hospital/sessions/end", sent)
}

func isSignedIn(client hospitaltest.Client) bool {
	return client.Do(http.MethodGet, "/api/hospital/sessions", nil).Status == http.StatusOK
}

func TestSessionsAreListedAndOneIsEnded(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone, laptop := signInWith(h, "nurse1", "Phone"), signInWith(h, "nurse1", "Laptop "+strings.Repeat("x", 500))
	signInWith(h, "nurse2", "Other")
	listed := sessionsOf(phone, "")
	if len(listed) != 2 || listed["Phone"]["current"] != true || listed["Phone"]["address"] != "127.0.0.1" {
		t.Fatalf("the list is %v", listed)
	}
	for agent, s := range listed {
		if len(agent) > 120 || s["started"] == "" || s["last_used"] == "" || s["expires"] == "" {
			t.Errorf("a session is %v", s)
		}
		if agent == "Phone" {
			continue
		}
		if answer := end(phone, body{"session": s["id"]}); answer.Status != http.StatusNoContent {
			t.Fatalf("ending answered %d %s", answer.Status, answer.Raw)
		}
	}
	if isSignedIn(laptop) || !isSignedIn(phone) {
		t.Error("not exactly the ended session has ended")
	}
	refresh := laptop.Do(http.MethodPost, "/api/collections/users/auth-refresh", nil)
	if refresh.Status != http.StatusUnauthorized {
		t.Errorf("its token was refreshed: %d", refresh.Status)
	}
	if len(sessionsOf(phone, "")) != 1 {
		t.Error("the ended session is listed")
	}
}

func TestARefreshedTokenKeepsItsSession(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"nurse1", "patient1"} {
		h := hospitaltest.New(t)
		first := signInWith(h, account, "Phone")
		refreshed := h.WithToken(first.With("User-Agent", "Later").
			Do(http.MethodPost, "/api/collections/users/auth-refresh", nil).OK(t).String("token"))
		listed := sessionsOf(refreshed, "")
		if len(listed) != 1 || listed["Phone"]["current"] != true {
			t.Fatalf("%s: the list is %v", account, listed)
		}
		end(refreshed, body{"session": listed["Phone"]["id"]})
		if isSignedIn(first) || isSignedIn(refreshed) {
			t.Errorf("%s: a token of the ended session is valid", account)
		}
	}
}

func TestAllOtherSessionsAreEndedAlsoUnlistedOnes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone, laptop := signInWith(h, "nurse1", "Phone"), signInWith(h, "nurse1", "Laptop")
	unlisted := h.As("nurse1") // a token that names no session
	answer := end(phone, body{"all": true}).OK(t)
	if isSignedIn(laptop) || isSignedIn(unlisted) || isSignedIn(phone) {
		t.Error("an old token is valid")
	}
	phone = h.WithToken(answer.String("token"))
	if listed := sessionsOf(phone, ""); len(listed) != 1 || listed["Phone"]["current"] != true {
		t.Errorf("the list is %v", listed)
	}
}

func TestAnEndedSessionStaysEndedAfterARestart(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone, laptop := signInWith(h, "nurse1", "Phone"), signInWith(h, "nurse1", "Laptop")
	end(phone, body{"session": sessionsOf(phone, "")["Laptop"]["id"]})
	accounts.RestartSessions(h.App)
	if isSignedIn(laptop) || !isSignedIn(phone) {
		t.Error("after a restart not exactly the ended session has ended")
	}
	if listed := sessionsOf(phone, ""); len(listed) != 1 || listed["Phone"]["current"] != true {
		t.Errorf("the list is %v", listed)
	}
}

// A crash loses sessions that were not stored: they are listed with their next request.
func TestASessionThatWasNotStoredIsListedWithItsNextRequest(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone := signInWith(h, "nurse1", "Phone")
	accounts.RestartSessions(h.App)
	if n := h.Count("sessions"); n != 2 { // those of the fixture
		t.Fatalf("%d sessions are stored", n)
	}
	if listed := sessionsOf(phone.With("User-Agent", "Phone"), ""); len(listed) != 1 {
		t.Errorf("the list is %v", listed)
	}
}

func TestOnlyAdminsSeeAndEndSessionsOfOthers(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone, laptop := signInWith(h, "nurse1", "Phone"), signInWith(h, "nurse1", "Laptop")
	of := "?user=" + hospitaltest.ID("nurse1")
	session := sessionsOf(h.As("admin1"), of)["Phone"]["id"]
	for _, sent := range []body{{"session": session}, {"user": hospitaltest.ID("nurse1"), "session": session},
		{"user": hospitaltest.ID("nurse1"), "all": true}} {
		answer := end(h.As("doctor1"), sent)
		if answer.Status != http.StatusNotFound && answer.Code("user") != "not_allowed" {
			t.Errorf("%v answered %d %s", sent, answer.Status, answer.Raw)
		}
	}
	list := h.As("doctor1").Do(http.MethodGet, "/api/hospital/sessions"+of, nil)
	if list.Code("user") != "not_allowed" {
		t.Errorf("the list of another answered %d %s", list.Status, list.Raw)
	}
	end(h.As("admin1"), body{"user": hospitaltest.ID("nurse1"), "session": session}).OK(t)
	if isSignedIn(phone) || !isSignedIn(laptop) {
		t.Error("not exactly the session that the admin ended has ended")
	}
	end(h.As("admin1"), body{"user": hospitaltest.ID("nurse1"), "all": true}).OK(t)
	if isSignedIn(laptop) {
		t.Error("a session that the admin ended is open")
	}
	entries, err := h.App.FindRecordsByFilter("audit_log",
		"actor = {:admin} && (collection = 'sessions' || collection = 'users')", "seq", 0, 0,
		map[string]any{"admin": hospitaltest.ID("admin1")})
	if err != nil || len(entries) != 2 {
		t.Errorf("the log has %d entries of the admin: %v", len(entries), err)
	}
}

func TestANewPasswordEndsTheListedSessions(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone := signInWith(h, "nurse1", "Phone")
	sessionsOf(phone, "") // stored
	post(h, "confirm-password-reset", resetBody(t, h.Record("users", hospitaltest.ID("nurse1")))).OK(t)
	if listed := sessionsOf(h.As("admin1"), "?user="+hospitaltest.ID("nurse1")); len(listed) > 0 {
		t.Errorf("the list is %v", listed)
	}
}

func TestSessionsAreEndedOneByOneUpToALimit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone := signInWith(h, "nurse1", "Phone")
	for range 100 {
		laptop := signInWith(h, "nurse1", "Laptop")
		end(phone, body{"session": sessionsOf(laptop, "")["Laptop"]["id"]}).OK(t)
	}
	signInWith(h, "nurse1", "Laptop")
	one := end(phone, body{"session": sessionsOf(phone, "")["Laptop"]["id"]})
	if one.Status != http.StatusConflict || one.Code("session") != "too_many_ended" {
		t.Errorf("one more answered %d %s", one.Status, one.Raw)
	}
	end(phone, body{"all": true}).OK(t)
}
