package apidocs_test

import (
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"hospital/internal/apidocs"
	"hospital/modules"
)

var update = flag.Bool("update", false, "write released.yaml, at a release")

// TestReleasedClientsStillWork compares the document with the one of the last release. A
// change that breaks clients must be in the changelog.
func TestReleasedClientsStillWork(t *testing.T) {
	now, err := apidocs.Join(modules.All)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("released.yaml", now.YAML(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	released, err := os.ReadFile("released.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	found := compare(parse(t, string(released)), parse(t, string(now.YAML())))
	for _, sentence := range slices.Sorted(maps.Keys(found)) {
		switch {
		case !found[sentence]:
			t.Log("note:", sentence)
		case !inChangelog(string(changelog), sentence):
			t.Errorf("clients of the last release break: %s\nIf this is intended, add it to CHANGELOG.md under "+
				"Unreleased, Breaking for clients.", sentence)
		}
	}
}

func parse(t *testing.T, text string) object {
	t.Helper()
	var document object
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	return numbers(t, document).(object)
}

var (
	unreleased = regexp.MustCompile(`(?s)\n## Unreleased\n(.*?)(?:\n## |$)`)
	breaking   = regexp.MustCompile(`(?s)\n### Breaking for clients\n(.*?)(?:\n##|$)`)
	named      = regexp.MustCompile("`[^`]+`")
)

// inChangelog reports whether a line under Unreleased, Breaking for clients contains all
// names in backticks of a sentence.
func inChangelog(changelog, sentence string) bool {
	section := ""
	for _, heading := range []*regexp.Regexp{unreleased, breaking} {
		found := heading.FindStringSubmatch(changelog)
		if found == nil {
			return false
		}
		section, changelog = found[1], found[1]
	}
	return slices.ContainsFunc(strings.Split(section, "\n- "), func(line string) bool {
		for _, name := range named.FindAllString(sentence, -1) {
			if !strings.Contains(line, name) {
				return false
			}
		}
		return true
	})
}

func TestChangesInTheChangelogAreAllowed(t *testing.T) {
	t.Parallel()
	const unreleased = "# C\n\n## Unreleased\n\n"
	const breaking = "### Breaking for clients\n\n"
	for changelog, want := range map[string]bool{
		unreleased + "- New.\n\n" + breaking + "- The `Visit.reason` is gone, it was never set.\n":      true,
		unreleased + breaking + "- `Visit.reason` is gone.\n\n## 1.0.0\n\n- First.\n":                   true,
		unreleased + breaking + "- `Visit` has no reason.\n":                                            false,
		unreleased + breaking + "### Fixed\n\n- `Visit.reason`.\n":                                      false,
		unreleased + "- `Visit.reason` is gone.\n":                                                      false,
		unreleased + "- New.\n\n## 1.0.0\n\n" + breaking + "- `Visit.reason` is gone.\n":                false,
		unreleased + breaking + "- `Visit.status` is gone.\n- `Visit.reason` and `Visit.x` are gone.\n": true,
	} {
		if got := inChangelog(changelog, "In answers, `Visit.reason` is gone."); got != want {
			t.Errorf("allowed %v, want %v:\n%s", got, want, changelog)
		}
	}
}
