package server_test

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	_ "hospital/migrations"
	"hospital/modules/audit"
)

func TestFailingCommandsPrintTheReasonAndExitWith1(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		why  string
		args []string
	}{
		{`unknown command "heal"`, []string{"heal"}},
		{"unknown flag: --heal", []string{"serve", "--heal"}},
		{"unknown command", []string{"verify", "everything"}},
		{"unknown command", []string{"superuser", "bogus"}},
		{"email", []string{"superuser", "upsert", "bad"}},
		{"password", []string{"superuser", "upsert", "somebody@example.org"}},
		{"at least 12", []string{"superuser", "create", "somebody@example.org", "7k!Qz#0v"}},
		{"at least 12", []string{"superuser", "upsert", "somebody@example.org", "7k!Qz#0vpwx"}},
		{"at least 12", []string{"superuser", "update", "operator@hospital.example", "7k!Qz#0v"}},
		{"too easy to guess", []string{"superuser", "upsert", "somebody@example.org", "passwordpassword"}},
		{"in use", []string{"serve", "--http=" + taken.Addr().String()}},
	} {
		run(t, "", nil, append(c.args, "--dir", dir)...).refused(t, c.why)
	}
	run(t, "", []string{"HOSPITAL_HEAL=1"}, "migrate", "up", "--dir", t.TempDir()).refused(t, "is not a setting")
}

func TestVerifyFindsBrokenInvariants(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	run(t, "", nil, "verify", "--dir", dir).succeeded(t)
	run(t, "", nil, "verify", "--dir", t.TempDir()).refused(t, "no hospital")

	db := openDB(t, dir)
	victim := queryOne[string](t, db, "SELECT appointment FROM bills WHERE appointment != '' LIMIT 1", nil)
	tamper := []string{"DROP TRIGGER bills_no_delete", "DELETE FROM bills WHERE appointment = '" + victim + "'"}
	for _, sql := range tamper {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	r := run(t, "", nil, "verify", "--dir", dir)
	r.refused(t, "broken")
	broken := slices.DeleteFunc(strings.Split(r.stdout, "\n"), func(line string) bool {
		return !strings.Contains(line, "BROKEN") || !strings.Contains(line, victim)
	})
	if len(broken) != 1 || !strings.Contains(broken[0], "exactly one bill") {
		t.Errorf("verify names the visit without a bill in %q", broken)
	}
}

func TestSuperuserPasswordFromEnvironmentOrStandardInput(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	run(
		t,
		"",
		[]string{"HOSPITAL_SUPERUSER_PASSWORD=from the environment"},
		"superuser",
		"upsert",
		"env@example.org",
		"--dir",
		dir,
	).succeeded(
		t,
	)
	run(t, "from standard input\n", nil, "superuser", "create", "stdin@example.org", "--dir", dir).succeeded(t)
	openApp(t, dir, func(app core.App) {
		for email, password := range map[string]string{
			"env@example.org":   "from the environment",
			"stdin@example.org": "from standard input",
		} {
			superuser, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, email)
			if err != nil || !superuser.ValidatePassword(password) {
				t.Errorf("%s cannot sign in: %v", email, err)
			}
		}
	})
}

func TestAuditLogIsVerifiedAgainstAnchors(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	if info, err := os.Stat(audit.KeyFile(example())); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the key: %v (%v)", info, err)
	}
	run(t, "", nil, "audit", "verify", "--dir", dir).succeeded(t)
	printed := run(t, "", nil, "audit", "anchor", "--dir", dir)
	printed.succeeded(t)
	anchor := strings.TrimSpace(printed.stdout)
	run(t, "", nil, "audit", "verify", "--anchor", anchor, "--dir", dir).succeeded(t)
	run(
		t,
		"",
		nil,
		"audit",
		"verify",
		"--anchor",
		"1:"+strings.Repeat("0", 64),
		"--dir",
		dir,
	).refused(
		t,
		"was rewritten",
	)
	run(t, "", nil, "audit", "verify", "--anchor", "nonsense", "--dir", dir).refused(t, "NUMBER:HASH")
	run(
		t,
		"",
		[]string{audit.KeyEnv + "=" + strings.Repeat("another", 6)},
		"audit",
		"verify",
		"--dir",
		dir,
	).refused(
		t,
		"broken at 1",
	)
	run(t, "", []string{audit.KeyEnv + "=short"}, "audit", "verify", "--dir", dir).refused(t, "at least 32")

	db := openDB(t, dir)
	for _, sql := range []string{
		"DROP TRIGGER audit_log_no_delete",
		"DELETE FROM audit_log WHERE seq > (SELECT MAX(seq) - 10 FROM audit_log)",
	} {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "", nil, "audit", "verify", "--dir", dir).refused(t, "are missing")
}
