package setup_test

import (
	"bytes"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/setup"
)

// run runs the command on a hospital, without a terminal.
func run(h *hospitaltest.Hospital, args ...string) (string, error) {
	var out bytes.Buffer
	c := setup.Command(h.App)
	c.SetArgs(args)
	c.SetIn(strings.NewReader(""))
	c.SetOut(&out)
	c.SetErr(&out)
	c.SilenceUsage = true
	err := c.Execute()
	return out.String(), err
}

func TestASetupIsStoredWholeOrNotAtAll(t *testing.T) {
	h := hospitaltest.New(t)
	t.Setenv("HOSPITAL_ADMIN_PASSWORD", "seven-wild-geese")
	said, err := run(h, "--name", "St. Anna", "--timezone", "Asia/Kathmandu", "--admin-email", "ada@example.org",
		"--department", "Ear, nose", "--department", "General")
	if err != nil || !strings.Contains(said, "A visit can be billed.") {
		t.Fatalf("%v\n%s", err, said)
	}
	if _, err := run(h, "--department", "Ear, nose"); err != nil { // again
		t.Fatal(err)
	}
	if n := len(h.As("admin1").List("departments", hospitaltest.Filter(`name = "Ear, nose"`)).OK(t).Items()); n != 1 {
		t.Errorf("there are %d departments of one name", n)
	}
	admin, err := h.App.FindAuthRecordByEmail("users", "ada@example.org")
	if err != nil || admin.GetString("role") != "admin" || !admin.ValidatePassword("seven-wild-geese") {
		t.Errorf("the admin is %v (%v)", admin, err)
	}
	for what, args := range map[string][]string{
		"an account that exists":  {"--admin-email", "ada@example.org", "--name", "Other"},
		"an unknown currency":     {"--currency", "XXX", "--name", "Other", "--department", "Other"},
		"an unknown zone":         {"--timezone", "Mars", "--name", "Other", "--department", "Other"},
		"an address that is none": {"--admin-email", "ada", "--name", "Other"},
	} {
		if said, err := run(h, args...); err == nil {
			t.Errorf("%s: %s", what, said)
		}
	}
	t.Setenv("HOSPITAL_ADMIN_PASSWORD", "")
	if _, err := run(h, "--admin-email", "bea@example.org"); err == nil {
		t.Error("an admin without a password is made")
	}
	if name := h.Record("hospital", "hospitalsetting").GetString("name"); name != "St. Anna" {
		t.Errorf("the hospital is %s", name)
	}
	h.Verify()
}

func TestTheChecklistSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	ready := func() any { return h.As("admin1").Do("GET", "/api/hospital/setup", nil).OK(t).JSON["ready"] }
	if ready() != true {
		t.Error("a hospital at work is not ready")
	}
	if err := h.SQL("UPDATE schedules SET active = 0"); err != nil {
		t.Fatal(err)
	}
	if ready() != false {
		t.Error("a hospital without hours is ready")
	}
}
