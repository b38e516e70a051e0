package imports_test

import (
	"os"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules/imports"
)

// The example files of docs/import.md are valid, each after those before it.
func TestExampleFilesAreImported(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, kind := range imports.Kinds() {
		csv, err := os.ReadFile("../../examples/import/" + kind + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		if report := run(t, h, kind, string(csv)); report.Added != strings.Count(string(csv), "\n")-1 || report.Wrong > 0 {
			t.Errorf("%s: %+v", kind, report)
		}
	}
	h.Verify()
}
