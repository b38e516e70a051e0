package accounts_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// tries signs in with a password that may be wrong.
func tries(h *hospitaltest.Hospital, identity, password string) hospitaltest.Response {
	return h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password",
		hospitaltest.Body{"identity": identity, "password": password})
}

func TestWrongPasswordsDoubleTheWait(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := time.Now()
	h.At(now)
	for i := range 5 {
		if answer := tries(h, "nurse1@example.org", "wrong-password"); answer.Status != http.StatusBadRequest {
			t.Fatalf("try %d answered %d %s", i, answer.Status, answer.Raw)
		}
	}
	tried := 0
	for range 200 { // one per second; the throttle does not depend on the client's address
		if answer := tries(h, "Nurse1@example.org ", "wrong-password"); answer.Status == http.StatusBadRequest {
			tried++
		} else if answer.Status != http.StatusTooManyRequests || answer.Code("identity") != "too_many_tries" {
			t.Fatalf("answered %d %s", answer.Status, answer.Raw)
		}
		now = now.Add(time.Second)
		h.At(now)
	}
	if tried > 8 {
		t.Errorf("in 200 seconds %d passwords were tried", tried)
	}
	if answer := tries(h, "nurse1@example.org", hospitaltest.Password); answer.Status != http.StatusTooManyRequests {
		t.Errorf("the right password answered %d while throttled", answer.Status)
	}
	tries(h, "nurse2@example.org", hospitaltest.Password).OK(t) // another account from the same address

	token, err := h.Record("users", hospitaltest.ID("nurse1")).NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	reset := hospitaltest.Body{"token": token, "password": "seven-wild-geese", "passwordConfirm": "seven-wild-geese"}
	h.As("guest").Do(http.MethodPost, "/api/collections/users/confirm-password-reset", reset).OK(t)
	tries(h, "nurse1@example.org", "seven-wild-geese").OK(t) // a reset ends the throttle
}

func TestUnknownNamesAreThrottledLikeKnownOnes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(time.Now())
	for i := range 7 {
		known := tries(h, "nurse1@example.org", "wrong-password")
		unknown := tries(h, "unknown@example.org", "wrong-password")
		if known.Status != unknown.Status || string(known.Raw) != string(unknown.Raw) {
			t.Errorf("try %d: %d %s\nand %d %s", i, known.Status, known.Raw, unknown.Status, unknown.Raw)
		}
	}
}

func TestACorrectPasswordResetsTheThrottle(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(time.Now())
	for range 4 {
		for range 4 {
			tries(h, "nurse1@example.org", "wrong-password")
		}
		tries(h, "nurse1@example.org", hospitaltest.Password).OK(t)
	}
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for i, password := range []string{"passwordpassword", "123456789012", "qwertyuiop123", "hospitalhospital",
		"aaaaaaaaaaaaaaaa", "zoezoezoezoe"} {
		sent := hospitaltest.Body{"email": fmt.Sprintf("zoe.mueller%d@example.org", i), "password": password,
			"passwordConfirm": password, "name": "Zoe Mueller"}
		if answer := h.As("guest").Create("users", sent); answer.Status != http.StatusBadRequest ||
			answer.Code("password") != "too_common" {
			t.Errorf("%s answered %d %s", password, answer.Status, answer.Raw)
		}
	}
	change := hospitaltest.Body{"oldPassword": hospitaltest.Password, "password": "iloveyouiloveyou",
		"passwordConfirm": "iloveyouiloveyou"}
	if answer := h.As("patient1").Update("users", hospitaltest.ID("patient1"),
		change); answer.Code("password") != "too_common" {
		t.Errorf("a change answered %d %s", answer.Status, answer.Raw)
	}
}

// Superusers choose passwords by the rules of everybody else.
func TestWeakPasswordsOfSuperusersAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	const path = "/api/collections/_superusers/records"
	for password, want := range map[string]string{"7k!Qz#0v": "validation_min_text_constraint",
		"7k!Qz#0vpwx": "validation_min_text_constraint", "passwordpassword": "too_common"} {
		sent := hospitaltest.Body{"email": "second@example.org", "password": password, "passwordConfirm": password}
		if answer := operator.Do(http.MethodPost, path, sent); answer.Code("password") != want {
			t.Errorf("%s answered %d %s", password, answer.Status, answer.Raw)
		}
	}
	sent := hospitaltest.Body{"email": "second@example.org", "password": hospitaltest.Password,
		"passwordConfirm": hospitaltest.Password}
	second := operator.Do(http.MethodPost, path, sent).OK(t)
	change := hospitaltest.Body{"password": "7k!Qz#0vpwx", "passwordConfirm": "7k!Qz#0vpwx"}
	if answer := operator.Do(http.MethodPatch, path+"/"+second.ID(), change); answer.Code(
		"password") != "validation_min_text_constraint" {
		t.Errorf("a change answered %d %s", answer.Status, answer.Raw)
	}
}
