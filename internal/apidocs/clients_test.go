package apidocs_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

var shellSnippet = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestTheShellSnippetsForClientsRun runs those of CLIENTS.md one after the other,
// as a patient, against a hospital that listens.
func TestTheShellSnippetsForClientsRun(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here")
	}
	page, err := os.ReadFile("CLIENTS.md")
	if err != nil {
		t.Fatal(err)
	}
	script := []string{"set -eu"}
	for _, snippet := range shellSnippet.FindAllStringSubmatch(string(page), -1) {
		script = append(script, snippet[1])
	}
	if len(script) < 4 {
		t.Fatal("CLIENTS.md has no shell snippets any more")
	}
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	before := h.Count("patients")
	command := exec.CommandContext(t.Context(), bash, "-c", strings.Join(script, "\n"))
	command.Env = append(os.Environ(), "HOSPITAL="+server.URL, "EMAIL=patient1@example.org", "PASSWORD="+hospitaltest.Password, "ACCOUNT="+hospitaltest.ID("patient1"))
	if said, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if added := h.Count("patients") - before; added != 1 {
		t.Errorf("the retry made %d records", added)
	}
}
