package server_test

import (
	"net/http"
	"regexp"
	"testing"

	"hospital/internal/demo"
)

func TestEnvironmentTurnsOnMFAForSuperusers(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	credentials := map[string]any{"identity": "operator@hospital.example", "password": "demo-hospital"}
	s := serve(t, dir, "HOSPITAL_SUPERUSER_MFA=on")
	status, half, err := s.send(http.MethodPost, "/api/collections/_superusers/auth-with-password", credentials)
	if err != nil || status != http.StatusUnauthorized || half["mfaId"] == nil {
		t.Fatalf("the password alone answered %d %v (%v)", status, half, err)
	}
	otp := run(t, "", nil, "superuser", "otp", "operator@hospital.example", "--dir", dir)
	otp.succeeded(t)
	printed := regexp.MustCompile(
		`(?s)Id: +(\w+).*Pass: +(\w+)`,
	).FindStringSubmatch(
		ansi.ReplaceAllString(otp.stdout, ""),
	)
	if printed == nil {
		t.Fatalf("no code in\n%s", otp.stdout)
	}
	code := map[string]any{"otpId": printed[1], "password": printed[2], "mfaId": half["mfaId"]}
	if status, answer, err := s.send(http.MethodPost, "/api/collections/_superusers/auth-with-otp", code); err != nil ||
		status != http.StatusOK {
		t.Errorf("the code answered %d %v (%v)", status, answer, err)
	}
	<-s.stop(t)
	serve(t, dir, "HOSPITAL_SUPERUSER_MFA=off").signInOperator(t)
}

// ansi matches the colours of a terminal.
var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestEnvironmentRestrictsAddressesOfSuperusers(t *testing.T) {
	t.Parallel()
	s := serve(t, demoData(t), "HOSPITAL_SUPERUSER_IPS=10.1.2.3")
	credentials := map[string]any{"identity": "operator@hospital.example", "password": "demo-hospital"}
	status, _, err := s.send(http.MethodPost, "/api/collections/_superusers/auth-with-password", credentials)
	if err != nil || status < 400 {
		t.Errorf("a superuser signed in from another address: %d %v", status, err)
	}
	s.signIn(t, "nurse@hospital.example") // other users are not restricted
}

// Where mail is set up superusers enter a code as well, unless the environment says otherwise.
func TestSuperusersEnterACodeWhereThereIsMail(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]int{"": http.StatusUnauthorized, "off": http.StatusOK} {
		s := serve(t, demoData(t), "HOSPITAL_SMTP_HOST=127.0.0.1", "HOSPITAL_MAIL_SENDER=no-reply@hospital.example",
			"HOSPITAL_PUBLIC_URL=https://hospital.example", "HOSPITAL_SUPERUSER_MFA="+setting)
		status, answer, err := s.send(http.MethodPost, "/api/collections/_superusers/auth-with-password",
			map[string]any{"identity": "operator@hospital.example", "password": demo.Password})
		if err != nil || status != want || (answer["mfaId"] == nil) != (want == http.StatusOK) {
			t.Errorf("with %q the sign-in answered %d %v %v", setting, status, answer, err)
		}
	}
}

// The machine is the way back in: no number of wrong passwords over HTTP keeps its commands
// from working, and a password that is set there ends the wait.
func TestTheMachineEndsTheWaitOfASuperuser(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serve(t, dir, "HOSPITAL_SUPERUSER_MFA=on")
	in := func(password string) (int, map[string]any) {
		status, answer, err := s.send(http.MethodPost, "/api/collections/_superusers/auth-with-password",
			map[string]any{"identity": "operator@hospital.example", "password": password})
		if err != nil {
			t.Fatal(err)
		}
		return status, answer
	}
	for range 9 {
		in("wrong-password")
	}
	if status, _ := in(demo.Password); status != http.StatusTooManyRequests {
		t.Errorf("the right password answered %d, the address is loopback", status)
	}
	run(t, "seven wild geese\n", nil, "superuser", "update", "operator@hospital.example", "--dir", dir).succeeded(t)
	run(t, "", nil, "superuser", "otp", "operator@hospital.example", "--dir", dir).succeeded(t)
	if status, half := in("seven wild geese"); status != http.StatusUnauthorized || half["mfaId"] == nil {
		t.Errorf("the new password answered %d %v", status, half)
	}
}
