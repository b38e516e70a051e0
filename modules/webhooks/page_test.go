package webhooks

import (
	"os"
	"strings"
	"testing"
)

// The page for authors of receivers has every type, with what its data has.
func TestThePageListsEveryType(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table {
		line := "| `" + string(r.is) + "` | " + r.when + " | "
		if len(r.fields) > 0 {
			line += "`" + strings.Join(r.fields, "` `") + "` "
		}
		if !strings.Contains(string(page), line+"|\n") {
			t.Errorf("docs/webhooks.md should have\n%s|", line)
		}
	}
}
