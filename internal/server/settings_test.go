package server_test

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

	"hospital/internal/config"
	_ "hospital/migrations"
)

func TestInvalidSettingsAreRefusedAndAllAreNamed(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	invalid := map[string]string{
		"HOSPITAL_HTTP=8090":                         "HTTP: \"8090\" must be an address and a port",
		"HOSPITAL_PUBLIC_URL=hospital.example":       "PUBLIC_URL: \"hospital.example\" must be a web address",
		"HOSPITAL_PROXY_HEADERS=X-Real-IP,two words": `contains "two words", which must be the name of a header`,
		"HOSPITAL_ORIGINS=https://app.example/path":  "without a path",
		"HOSPITAL_SUPERUSER_IPS=10.0.0.0/8,home":     `contains "home", which must be an address`,
		"HOSPITAL_SQL_CONSOLE=yes":                   `"yes" must be on or off`,
		"HOSPITAL_ENCRYPTION_KEY=hidden":             "ENCRYPTION_KEY must have exactly 32",
		"HOSPITAL_AUDIT_KEY=hidden":                  "AUDIT_KEY must have at least 32",
		"HOSPITAL_SMTP_HOST=mail.example":            "",
		"HOSPITAL_SMTP_PORT=70000":                   "SMTP_PORT: \"70000\" must be a number from 1 to 65535",
		"HOSPITAL_SMTP_PASSWORD=hidden":              "SMTP_PASSWORD requires HOSPITAL_SMTP_USER",
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
		"HOSPITAL_SYNCHRONUS=full":                   "HOSPITAL_SYNCHRONUS is not a setting",
	}
	for _, command := range [][]string{{"serve", "--dir", dir}, {"config"}} {
		r := run(t, "", slices.Collect(maps.Keys(invalid)), command...)
		for _, why := range invalid {
			r.refused(t, why)
		}
		if strings.Contains(r.stdout+r.stderr, "hidden") {
			t.Errorf("%s prints a refused secret: %s%s", command[0], r.stdout, r.stderr)
		}
	}
	// valid values that require another setting
	run(
		t,
		"",
		[]string{"HOSPITAL_SMTP_HOST=mail.example"},
		"verify",
		"--dir",
		dir,
	).refused(
		t,
		"HOSPITAL_SMTP_HOST requires HOSPITAL_MAIL_SENDER",
	)
	run(
		t,
		"",
		[]string{"HOSPITAL_SMTP_USER=house"},
		"verify",
		"--dir",
		dir,
	).refused(
		t,
		"HOSPITAL_SMTP_USER requires HOSPITAL_SMTP_HOST",
	)
}

func TestConfigPrintsValuesInForceButNoSecrets(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and runs the binary")
	}
	secret := strings.Repeat("hidden!!", 4)
	var env []string
	for _, s := range config.Settings {
		if s.Secret {
			env = append(env, string(s.Name)+"="+secret)
		}
	}
	if len(env) < 4 {
		t.Fatalf("secrets are only %v", env)
	}
	dir := t.TempDir()
	r := run(
		t,
		"",
		append(
			env,
			"HOSPITAL_SMTP_HOST=mail.example",
			"HOSPITAL_SMTP_USER=h",
			"HOSPITAL_MAIL_SENDER=h@hospital.example",
			"HOSPITAL_PUBLIC_URL=https://hospital.example",
			"HOSPITAL_BACKUP_KEEP=3",
			"HOSPITAL_PORT=tcp://10.0.0.1:80",
			"HOSPITAL_SERVICE_HOST=10.0.0.1",
		),
		"config",
		"--dir",
		dir+"/none",
	)
	r.succeeded(t)
	if strings.Contains(r.stdout+r.stderr, "hidden") {
		t.Errorf("a secret is printed:\n%s%s", r.stdout, r.stderr)
	}
	for _, want := range []string{
		`HOSPITAL_BACKUP_KEEP +3 +environment`, `HOSPITAL_SYNCHRONOUS +full +default`,
		`HOSPITAL_SMTP_PASSWORD +\(secret\) +environment`,
		`HOSPITAL_DATA_DIR +` + regexp.QuoteMeta(dir) + `/none +--dir`,
	} {
		if !regexp.MustCompile(want).MatchString(r.stdout) {
			t.Errorf("%s is not in\n%s", want, r.stdout)
		}
	}
	if _, err := os.Stat(dir + "/none"); err == nil {
		t.Error("config created a data directory")
	}
}

func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, declared []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "| `HOSPITAL_") {
			documented = append(documented, line)
		}
	}
	for _, s := range config.Settings {
		def := ""
		if s.Default != "" {
			def = "`" + s.Default + "`"
		}
		declared = append(declared, fmt.Sprintf("| `%s` | %s | %s |", s.Name, def, s.Description))
	}
	if got, want := strings.Join(documented, "\n"), strings.Join(declared, "\n"); got != want {
		t.Errorf("docs/operating.md has\n%s\nthe program\n%s", got, want)
	}
}

func TestEnvironmentOverridesStoredSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/new" // its migrations store settings, too
	env := []string{
		"HOSPITAL_SMTP_HOST=127.0.0.1",
		"HOSPITAL_SMTP_PORT=1",
		"HOSPITAL_SMTP_USER=house",
		"HOSPITAL_SMTP_PASSWORD=of-the-house",
		"HOSPITAL_SMTP_TLS=tls",
		"HOSPITAL_MAIL_SENDER=The House <house@hospital.example>",
		"HOSPITAL_PUBLIC_URL=https://hospital.example",
		"HOSPITAL_PROXY_HEADERS=X-Real-IP",
		"HOSPITAL_SUPERUSER_IPS=127.0.0.1,10.0.0.0/8",
		"HOSPITAL_SUPERUSER_MFA=off",
	}
	run(
		t,
		"",
		append(env, "HOSPITAL_SUPERUSER_PASSWORD=demo-hospital"),
		"superuser",
		"upsert",
		"operator@hospital.example",
		"--dir",
		dir,
	).succeeded(
		t,
	)
	inForce := func(s *process) string {
		_, answer, err := s.send(http.MethodGet, "/api/settings", nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(answer)
		return string(raw)
	}
	s := serve(t, dir, append(env, "HOSPITAL_OPEN=mail")...)
	s.signInOperator(t)
	meta := map[string]any{"appName": "House", "appURL": "https://elsewhere.example"}
	status, answer, err := s.send(http.MethodPatch, "/api/settings", map[string]any{"meta": meta})
	if err != nil || status != http.StatusOK {
		t.Fatal(status, answer, err)
	}
	settings := inForce(s)
	for _, want := range []string{
		`"appName":"House"`, `"appURL":"https://hospital.example"`, `"senderName":"The House"`,
		`"senderAddress":"house@hospital.example"`, `"port":1,`, `"tls":true`, `"headers":["X-Real-IP"]`,
		`"superuserIPs":["127.0.0.1","10.0.0.0/8"]`,
	} {
		if !strings.Contains(settings, want) {
			t.Errorf("%s is not in %s", want, settings)
		}
	}
	if stored := queryOne[string](t, openDB(t, dir), "SELECT value FROM _params", nil); strings.Contains(
		stored,
		"of-the-house",
	) ||
		strings.Contains(stored, "X-Real-IP") ||
		!strings.Contains(stored, `"appName":"House"`) {
		t.Errorf("stored is %s", stored)
	}
	<-s.stop(t)

	s = serve(t, dir)
	s.signInOperator(t)
	settings = inForce(s)
	for _, gone := range []string{"https://hospital.example", "The House", "X-Real-IP", "10.0.0.0/8", `"tls":true`} {
		if strings.Contains(settings, gone) {
			t.Errorf("%s is still in %s", gone, settings)
		}
	}
}
