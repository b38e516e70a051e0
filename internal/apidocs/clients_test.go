package apidocs_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// TestClientsGuideSnippetsAreAllRun allows only languages whose snippets a test runs.
func TestClientsGuideSnippetsAreAllRun(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("CLIENTS.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, fence := range regexp.MustCompile("(?m)^```(.*)$").FindAllStringSubmatch(string(page), -1) {
		if opens := i%2 == 0; opens && !slices.Contains([]string{"sh", "js", "json"}, fence[1]) {
			t.Errorf("CLIENTS.md has a snippet in %q, which no test runs", fence[1])
		}
	}
}

var shellSnippet = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestClientsGuideShellSnippetsRun runs the shell snippets of CLIENTS.md in order, as a patient, against a server.
func TestClientsGuideShellSnippetsRun(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
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
		t.Fatal("CLIENTS.md has no shell snippets")
	}
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	before := h.Count("patients")
	command := exec.CommandContext(t.Context(), bash, "-c", strings.Join(script, "\n"))
	command.Env = append(os.Environ(),
		"HOSPITAL="+server.URL, "EMAIL=patient1@example.org",
		"PASSWORD="+hospitaltest.Password, "ACCOUNT="+hospitaltest.ID("patient1"))
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	if added := h.Count("patients") - before; added != 1 {
		t.Errorf("the create and its retry added %d records, want 1", added)
	}
}
