package migrations_test

import (
	"testing"

	"hospital/internal/hospitaltest"
)

func TestCodesFromBeforeAreOfICD10(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, sql := range []string{
		"UPDATE codes SET system = ''",
		"DELETE FROM _migrations WHERE file = '1790700000_code_systems.go'",
	} {
		if err := h.SQL(sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if got := h.Record("codes", hospitaltest.ID("code1")).GetString("system"); got != "icd10" {
		t.Errorf("the system is %q", got)
	}
}
