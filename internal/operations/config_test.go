package operations_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hospital/internal/operations"
)

func TestNonsenseIsRefusedAtTheStartAndAllOfItIsNamed(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	nonsense := map[string]string{
		"HOSPITAL_HTTP=8090":                         "HTTP: \"8090\" must be an address and a port",
		"HOSPITAL_PUBLIC_URL=hospital.example":       "PUBLIC_URL: \"hospital.example\" must be a web address",
		"HOSPITAL_PROXY_HEADERS=X-Real-IP,two words": `holds "two words", which must be the name of a header`,
		"HOSPITAL_ORIGINS=https://app.example/path":  "without a path",
		"HOSPITAL_SUPERUSER_IPS=10.0.0.0/8,home":     `holds "home", which is no address`,
		"HOSPITAL_SQL_CONSOLE=yes":                   `"yes" must be on or off`,
		"HOSPITAL_ENCRYPTION_KEY=hidden":             "ENCRYPTION_KEY must have exactly 32",
		"HOSPITAL_AUDIT_KEY=hidden":                  "AUDIT_KEY must have at least 32",
		"HOSPITAL_SMTP_HOST=mail.example":            "",
		"HOSPITAL_SMTP_PORT=70000":                   "SMTP_PORT: \"70000\" must be a number from 1 to 65535",
		"HOSPITAL_SMTP_PASSWORD=hidden":              "SMTP_PASSWORD needs HOSPITAL_SMTP_USER",
		"HOSPITAL_SMTP_TLS=maybe":                    "starttls or tls",
		"HOSPITAL_MAIL_SENDER=nobody":                "SENDER: \"nobody\" must be a mail address",
		"HOSPITAL_SYNCHRONOUS=off":                   `"off" must be full or normal`,
		"HOSPITAL_BACKUP_SCHEDULE=nightly":           "must be a cron expression",
		"HOSPITAL_BACKUP_KEEP=0":                     `BACKUP_KEEP: "0" must be a number from 1 to`,
		"HOSPITAL_DISK_FREE_MB=-1":                   `DISK_FREE_MB: "-1" must be a number from 1 to`,
		"HOSPITAL_STOP_TIMEOUT=20":                   `"20" must be a duration`,
		"HOSPITAL_RATE_LIMIT=-1":                     `RATE_LIMIT: "-1" must be a number from 0 to`,
		"HOSPITAL_SUPERUSER_MFA=yes":                 `"yes" must be on or off`,
		"HOSPITAL_METRICS=0.0.0.0:9090":              `"0.0.0.0:9090" must be an address of this machine`,
		"HOSPITAL_SYNCHRONUS=full":                   "HOSPITAL_SYNCHRONUS is no setting",
	}
	for _, command := range [][]string{{"serve", "--dir", dir}, {"config"}} {
		r := run(t, "", slices.Collect(maps.Keys(nonsense)), command...)
		for _, why := range nonsense {
			r.refused(t, why)
		}
		if strings.Contains(r.stdout+r.stderr, "hidden") {
			t.Errorf("%s prints a refused secret: %s%s", command[0], r.stdout, r.stderr)
		}
	}
	// what is good by itself, and not without another
	run(t, "", []string{"HOSPITAL_SMTP_HOST=mail.example"}, "verify", "--dir", dir).refused(t, "HOSPITAL_SMTP_HOST needs HOSPITAL_MAIL_SENDER")
	run(t, "", []string{"HOSPITAL_SMTP_USER=house"}, "verify", "--dir", dir).refused(t, "HOSPITAL_SMTP_USER needs HOSPITAL_SMTP_HOST")
}

func TestConfigPrintsWhatIsInForceAndNoSecret(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and runs the binary")
	}
	secret := strings.Repeat("hidden!!", 4)
	var env []string
	for _, s := range operations.Settings {
		if s.Secret {
			env = append(env, s.Env+"="+secret)
		}
	}
	if len(env) < 4 {
		t.Fatalf("secrets are only %v", env)
	}
	dir := t.TempDir()
	r := run(t, "", append(env, "HOSPITAL_SMTP_HOST=mail.example", "HOSPITAL_SMTP_USER=h", "HOSPITAL_MAIL_SENDER=h@hospital.example", "HOSPITAL_PUBLIC_URL=https://hospital.example",
		"HOSPITAL_BACKUP_KEEP=3", "HOSPITAL_PORT=tcp://10.0.0.1:80", "HOSPITAL_SERVICE_HOST=10.0.0.1"), "config", "--dir", dir+"/none")
	r.succeeded(t)
	if strings.Contains(r.stdout+r.stderr, "hidden") {
		t.Errorf("a secret is printed:\n%s%s", r.stdout, r.stderr)
	}
	for _, want := range []string{`HOSPITAL_BACKUP_KEEP +3 +environment`, `HOSPITAL_SYNCHRONOUS +full +default`, `HOSPITAL_SMTP_PASSWORD +\(secret\) +environment`, `HOSPITAL_DATA_DIR +` + regexp.QuoteMeta(dir) + `/none +--dir`} {
		if !regexp.MustCompile(want).MatchString(r.stdout) {
			t.Errorf("%s is not in\n%s", want, r.stdout)
		}
	}
	if _, err := os.Stat(dir + "/none"); err == nil {
		t.Error("to ask made a data directory")
	}
}

// TestTheTableOfSettingsIsTheDocumentedOne, row by row and in the same order.
func TestTheTableOfSettingsIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("OPERATING.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, declared []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "| `HOSPITAL_") {
			documented = append(documented, line)
		}
	}
	for _, s := range operations.Settings {
		def := ""
		if s.Default != "" {
			def = "`" + s.Default + "`"
		}
		declared = append(declared, fmt.Sprintf("| `%s` | %s | %s |", s.Env, def, s.Says))
	}
	if got, want := strings.Join(documented, "\n"), strings.Join(declared, "\n"); got != want {
		t.Errorf("OPERATING.md says\n%s\nthe program\n%s", got, want)
	}
}

func TestTheEnvironmentLiesOverTheStoredSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/new" // that a new hospital stores its first settings changes nothing
	env := []string{"HOSPITAL_SMTP_HOST=127.0.0.1", "HOSPITAL_SMTP_PORT=1", "HOSPITAL_SMTP_USER=house", "HOSPITAL_SMTP_PASSWORD=of-the-house", "HOSPITAL_SMTP_TLS=tls",
		"HOSPITAL_MAIL_SENDER=The House <house@hospital.example>", "HOSPITAL_PUBLIC_URL=https://hospital.example", "HOSPITAL_PROXY_HEADERS=X-Real-IP", "HOSPITAL_SUPERUSER_IPS=127.0.0.1,10.0.0.0/8"}
	run(t, "", append(env, "HOSPITAL_SUPERUSER_PASSWORD=demo-hospital"), "superuser", "upsert", "operator@hospital.example", "--dir", dir).succeeded(t)
	inForce := func(s *server) string {
		_, answer, err := s.ask(http.MethodGet, "/api/settings", nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(answer)
		return string(raw)
	}
	s := serve(t, dir, env...)
	s.operate(t)
	if status, answer, err := s.ask(http.MethodPatch, "/api/settings", map[string]any{"meta": map[string]any{"appName": "House", "appURL": "https://elsewhere.example"}}); err != nil || status != http.StatusOK {
		t.Fatal(status, answer, err)
	}
	said := inForce(s)
	for _, want := range []string{`"appName":"House"`, `"appURL":"https://hospital.example"`, `"senderName":"The House"`, `"senderAddress":"house@hospital.example"`, `"port":1,`, `"tls":true`, `"headers":["X-Real-IP"]`, `"superuserIPs":["127.0.0.1","10.0.0.0/8"]`} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not in %s", want, said)
		}
	}
	if stored := answered[string](t, outside(t, dir), "SELECT value FROM _params", nil); strings.Contains(stored, "of-the-house") || strings.Contains(stored, "X-Real-IP") || !strings.Contains(stored, `"appName":"House"`) {
		t.Errorf("stored is %s", stored)
	}
	<-s.end(t)

	s = serve(t, dir)
	s.operate(t)
	said = inForce(s)
	for _, gone := range []string{"https://hospital.example", "The House", "X-Real-IP", "10.0.0.0/8", `"tls":true`} {
		if strings.Contains(said, gone) {
			t.Errorf("%s is still in %s", gone, said)
		}
	}
}

func TestSuperusersEnterACodeWhereTheEnvironmentSays(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	credentials := map[string]any{"identity": "operator@hospital.example", "password": "demo-hospital"}
	s := serve(t, dir, "HOSPITAL_SUPERUSER_MFA=on")
	status, half, err := s.ask(http.MethodPost, "/api/collections/_superusers/auth-with-password", credentials)
	if err != nil || status != http.StatusUnauthorized || half["mfaId"] == nil {
		t.Fatalf("the password alone answered %d %v (%v)", status, half, err)
	}
	said := run(t, "", nil, "superuser", "otp", "operator@hospital.example", "--dir", dir)
	said.succeeded(t)
	printed := regexp.MustCompile(`(?s)Id: +(\w+).*Pass: +(\w+)`).FindStringSubmatch(ansi.ReplaceAllString(said.stdout, ""))
	if printed == nil {
		t.Fatalf("no code in\n%s", said.stdout)
	}
	code := map[string]any{"otpId": printed[1], "password": printed[2], "mfaId": half["mfaId"]}
	if status, answer, err := s.ask(http.MethodPost, "/api/collections/_superusers/auth-with-otp", code); err != nil || status != http.StatusOK {
		t.Errorf("the code answered %d %v (%v)", status, answer, err)
	}
	<-s.end(t)
	serve(t, dir, "HOSPITAL_SUPERUSER_MFA=off").operate(t)
}

// ansi is what colours a terminal.
var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestSuperusersComeOnlyFromWhereTheEnvironmentSays(t *testing.T) {
	t.Parallel()
	s := serve(t, furnished(t), "HOSPITAL_SUPERUSER_IPS=10.1.2.3")
	if status, _, err := s.ask(http.MethodPost, "/api/collections/_superusers/auth-with-password", map[string]any{"identity": "operator@hospital.example", "password": "demo-hospital"}); err != nil || status < 400 {
		t.Errorf("the operator comes from elsewhere: %d %v", status, err)
	}
	s.signIn(t, "nurse@hospital.example") // who is none comes from everywhere
}

func TestWritesSurviveAPowerCutUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]string{"": "full", "HOSPITAL_SYNCHRONOUS=normal": "normal"} {
		s := serve(t, furnished(t), env)
		s.says(t, `"synchronous":"`+want+`","logs_synchronous":"normal"`)
	}
}
