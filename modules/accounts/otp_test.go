package accounts_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/hospitaltest"
)

// hospitalWithMFA returns a hospital where staff sign in with a password and a code.
func hospitalWithMFA(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	h := hospitalWithMail(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"staff_mfa": true}).OK(t)
	return h
}

func post(h *hospitaltest.Hospital, endpoint string, sent body) hospitaltest.Response {
	return h.As("guest").Do(http.MethodPost, "/api/collections/users/"+endpoint, sent)
}

var digits = regexp.MustCompile(`\b\d{8}\b`)

// codeFor requests a code and waits for the mail, which is sent after the answer.
func codeFor(h *hospitaltest.Hospital, email string) (otp, code string) {
	h.T.Helper()
	before := h.App.TestMailer.TotalSend()
	otp = post(h, "request-otp", body{"email": email}).OK(h.T).String("otpId")
	for range 500 {
		if h.App.TestMailer.TotalSend() > before {
			return otp, digits.FindString(h.App.TestMailer.LastMessage().Text)
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.T.Fatal("no code came")
	return "", ""
}

func TestStaffSignInWithPasswordAndCode(t *testing.T) {
	t.Parallel()
	h := hospitalWithMFA(t)
	half := signIn(h, "nurse1@example.org", hospitaltest.Password)
	if half.Status != http.StatusUnauthorized || half.String("mfaId") == "" || half.String("token") != "" {
		t.Fatalf("the password alone answered %d %s", half.Status, half.Raw)
	}
	otp, code := codeFor(h, "nurse1@example.org")
	if mail := h.App.TestMailer.LastMessage(); !strings.Contains(mail.Text, "signed in with your password") ||
		!strings.Contains(mail.HTML, code) || mail.To[0].Address != "nurse1@example.org" {
		t.Errorf("the mail says %s", mail.Text)
	}
	for _, mfa := range []string{"", "another"} { // a code alone does not sign in
		if answer := h.As("guest").SkipContract().Do(http.MethodPost, "/api/collections/users/auth-with-otp",
			body{"otpId": otp, "password": code, "mfaId": mfa}); answer.Status != http.StatusBadRequest ||
			answer.String("token") != "" {
			t.Errorf("a code with the mfaId %q answered %d %s", mfa, answer.Status, answer.Raw)
		}
	}
	sent := body{"otpId": otp, "password": code, "mfaId": half.String("mfaId")}
	signed := post(h, "auth-with-otp", sent).OK(t)
	if h.WithToken(signed.String("token")).List("appointments", "").OK(t); signed.String("token") == "" {
		t.Error("there is no token")
	}
	if again := post(h, "auth-with-otp", sent); again.Status != http.StatusBadRequest {
		t.Errorf("the same code again answered %d", again.Status)
	}
	signIn(h, "patient1@example.org", hospitaltest.Password).OK(t) // patients need no code
}

func TestACodeIsSentOnlyAfterThePassword(t *testing.T) {
	t.Parallel()
	h := hospitalWithMFA(t)
	for _, email := range []string{"nurse1@example.org", "patient1@example.org", "unknown@example.org"} {
		if answer := post(h, "request-otp", body{"email": email}).OK(t); masked(string(answer.Raw)) != `{"otpId":?}` {
			t.Errorf("%s answered %s", email, answer.Raw)
		}
	}
	half := signIn(h, "doctor1@example.org", hospitaltest.Password)
	codeFor(h, "doctor1@example.org") // mails to the others would be sent by now
	if n := h.App.TestMailer.TotalSend(); n != 1 || half.Status != http.StatusUnauthorized {
		t.Errorf("%d mails were sent", n)
	}
}

func TestCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	h := hospitalWithMFA(t)
	now := time.Now()
	h.At(now)
	half := signIn(h, "nurse1@example.org", hospitaltest.Password)
	tried := 0
	for range 3 { // a new code does not reset the throttle
		otp, code := codeFor(h, "nurse1@example.org")
		for i := range 8 {
			wrong := body{"otpId": otp, "password": "1234567" + string(rune('0'+i)), "mfaId": half.String("mfaId")}
			if answer := post(h, "auth-with-otp", wrong); answer.Status == http.StatusBadRequest {
				tried++
			} else if answer.Status != http.StatusTooManyRequests ||
				answer.Header.Get("Retry-After") == "" && answer.Code("password") == "too_many_tries" {
				t.Fatalf("answered %d %s", answer.Status, answer.Raw)
			}
		}
		if answer := post(h, "auth-with-otp", body{"otpId": otp, "password": code,
			"mfaId": half.String("mfaId")}); answer.Status != http.StatusTooManyRequests {
			t.Errorf("the right code answered %d while throttled", answer.Status)
		}
	}
	if tried > 5 {
		t.Errorf("%d codes were tried", tried)
	}
}

func TestTokensOfStaffEndWithTheirSession(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"staff_session_hours": 3}).OK(t)
	ends := func(answer hospitaltest.Response) float64 {
		claims, err := security.ParseUnverifiedJWT(answer.OK(t).String("token"))
		if err != nil {
			t.Fatal(err)
		}
		return claims["exp"].(float64)
	}
	hours := func(end float64) float64 { return time.Until(time.Unix(int64(end), 0)).Hours() }
	nurse := signIn(h, "nurse1@example.org", hospitaltest.Password)
	if left := hours(ends(nurse)); left < 2.9 || left > 3 {
		t.Errorf("a nurse's token is valid for %v hours", left)
	}
	if left := hours(ends(signIn(h, "patient1@example.org", hospitaltest.Password))); left < 23 {
		t.Errorf("a patient's token is valid for %v hours", left)
	}
	h.As("admin1").Update("hospital", "hospitalsetting", body{"staff_session_hours": 9}).OK(t)
	token := nurse.String("token")
	for _, header := range []string{token, "Bearer " + token} {
		again := h.As("guest").With("Authorization", header).Do(http.MethodPost, "/api/collections/users/auth-refresh", nil)
		if ends(again) != ends(nurse) {
			t.Errorf("the refreshed token is valid for %v hours", hours(ends(again)))
		}
		token = again.String("token")
	}
	h.WithToken(token).List("appointments", "").OK(t)
}

func TestChangingTheAddressDoesNotRevealAccounts(t *testing.T) {
	t.Parallel()
	h := hospitalWithMail(t)
	for _, email := range []string{"free@example.org", "nurse1@example.org"} {
		answer := h.As("patient1").Do(http.MethodPost, "/api/collections/users/request-email-change",
			body{"newEmail": email})
		if answer.Status != http.StatusNoContent {
			t.Errorf("%s answered %d %s", email, answer.Status, answer.Raw)
		}
	}
}
