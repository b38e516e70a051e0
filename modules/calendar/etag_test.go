package calendar_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestAFeedIsSentAgainOnlyWhenItHasChanged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	paths := map[string]string{"patient1": addressOf(h, "patient1"), "doctor1": addressOf(h, "doctor1")}
	tags := map[string]string{}
	for account, path := range paths {
		tags[account] = read(h, path, "").OK(t).Header.Get("ETag")
	}
	update := func(account, visit string, change body) func() {
		return func() { h.As(account).Update("appointments", id(visit), change).OK(t) }
	}
	for _, step := range []struct {
		what    string
		change  func()
		changed bool
	}{
		{"nothing", func() {}, false},
		{"a visit of others", update("receptionist1", "booked2", body{"status": "cancelled"}), false},
		{"a setting that is not in it", func() {
			h.As("admin1").Update("hospital", "hospitalsetting", body{"due_days": 3}).OK(t)
		}, false},
		{"a request", update("doctor1", "asked1", body{"status": "approved"}), true},
		{"the type of a visit", update("receptionist1", "booked1", body{"visit_type": "procedure"}), true},
		{"a cancellation", update("patient1", "booked1", body{"status": "cancelled"}), true},
		{"a new visit", func() {
			h.As("receptionist1").Create("appointments", body{"patient": id("pat1"), "doctor": id("dr1"),
				"starts": time.Now().Add(260 * time.Hour).UTC().Truncate(time.Hour)}).OK(t)
		}, true},
		{"the language", func() {
			h.As("patient1").Update("users", id("patient1"), body{"language": "de"}).OK(t)
			h.As("doctor1").Update("users", id("doctor1"), body{"language": "de"}).OK(t)
		}, true},
		{"the name of the hospital", func() {
			h.As("admin1").Update("hospital", "hospitalsetting", body{"name": "St. Anna"}).OK(t)
		}, true},
		{"its time zone", func() {
			h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Asia/Kathmandu"}).OK(t)
		}, true},
	} {
		step.change()
		for account, path := range paths {
			answer := read(h, path, tags[account])
			if changed := answer.Status == http.StatusOK; changed != step.changed {
				t.Errorf("after %s the feed of %s answered %d", step.what, account, answer.Status)
			}
			if answer.Header.Get("ETag") == "" || answer.Status == http.StatusNotModified && len(answer.Raw) > 0 {
				t.Errorf("after %s: %v %s", step.what, answer.Header, answer.Raw)
			}
			tags[account] = answer.Header.Get("ETag")
		}
	}
}

// A merge moves visits by SQL, without changing them.
func TestAMergeChangesTheFeed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path := addressOf(h, "patient1")
	before := read(h, path, "").OK(t)
	h.As("receptionist1").Create("patient_merges",
		body{"duplicate": id("walkin"), "survivor": id("kid1"), "reason": "twice"}).OK(t)
	after := read(h, path, before.Header.Get("ETag"))
	if has(before, "walk") || after.Status != http.StatusOK || !has(after, "walk") {
		t.Errorf("after the merge it answered %d\n%s", after.Status, after.Raw)
	}
}

func TestTagsOfAllFormsMatch(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path := addressOf(h, "patient1")
	tag := read(h, path, "").OK(t).Header.Get("ETag")
	for given, want := range map[string]int{
		tag: 304, "W/" + tag: 304, `"other", ` + tag: 304, `"other",W/` + tag + `, "third"`: 304, "*": 304,
		"": 200, `"other"`: 200, strings.Trim(tag, `"`): 200, tag[:len(tag)-2] + `"`: 200,
	} {
		if got := read(h, path, given).Status; got != want {
			t.Errorf("If-None-Match: %s answered %d", given, got)
		}
	}
}

func TestPollingCostsThreeStatements(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range []string{"patient1", "doctor1"} {
		path := addressOf(h, account)
		tag := read(h, path, "").OK(t).Header.Get("ETag")
		polled := h.Statements(func() { read(h, path, tag) })
		if len(polled) != 3 { // the address, the account, the tag
			t.Errorf("%s: %d statements: %v", account, len(polled), polled)
		}
	}
}

func TestFeedsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for account, index := range map[string]string{"patient1": "patient=? AND starts>?", "doctor1": "doctor=? AND starts>?"} {
		path, found := addressOf(h, account), 0
		for _, plan := range h.Plans(func() { read(h, path, "").OK(t) }) {
			for _, step := range plan.Steps {
				if strings.HasPrefix(step, "SCAN") {
					t.Errorf("%s scans: %s\n%s", account, step, plan.SQL)
				}
				if strings.Contains(step, index) {
					found++
				}
			}
		}
		if found != 2 { // the tag, and the visits
			t.Errorf("%s: %d queries use the index on %s", account, found, index)
		}
	}
}
