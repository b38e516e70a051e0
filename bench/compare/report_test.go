package main

import (
	"slices"
	"testing"
)

func TestStatementsAreReadFromTheOutputOfDevelopmentMode(t *testing.T) {
	t.Parallel()
	got := printed("\x1b[90m[0.12ms] SELECT a FROM b\n\tWHERE c = 1\x1b[0m\n" +
		"[1.00ms] INSERT INTO d VALUES (1)\nINFO GET /api\n{\n  \"x\": 1\n}\n" +
		"[0.00ms] WITH e AS (SELECT 1) SELECT * FROM e\n")
	want := []string{"SELECT a FROM b WHERE c = 1", "WITH e AS (SELECT 1) SELECT * FROM e"}
	if !slices.Equal(got, want) {
		t.Errorf("read %q, not %q", got, want)
	}
}

func TestReportReplacesOnlyItsOwnPart(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- begin: written by make bench -->", "<!-- end: written by make bench -->"
	page := "# Title\n\n" + begin + "\nold\n" + end + "\n\nEnd.\n"
	got, err := replaceBetween(page, "make bench", "new\n")
	if want := "# Title\n\n" + begin + "\n\nnew\n\n" + end + "\n\nEnd.\n"; err != nil || got != want {
		t.Errorf("the page is %q, %v", got, err)
	}
	if _, err := replaceBetween(page, "make soak", "new"); err == nil {
		t.Error("a page without markers was accepted")
	}
}

func TestFieldsOfAnAnswer(t *testing.T) {
	t.Parallel()
	got, err := fields([]byte(`{"items":[{"id":"1"},{"id":"2","note":""}],"page":1}`))
	if want := []string{".items", ".items[].id", ".items[].note", ".page"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("the fields are %q, %v", got, err)
	}
}

func TestSizeOfTheHospital(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"10k": 10_000, "200K": 200_000, "1m": 1_000_000, "5000": 5_000} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "1k", "-5k", "k"} {
		if _, err := parseSize(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	if s := sizeOf(200_000); s.doctors != 100 || s.patients != 10_000 {
		t.Errorf("the size is %+v", s)
	}
}
