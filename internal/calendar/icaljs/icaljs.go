// Package icaljs reads calendars with ical.js, the library of Thunderbird and Nextcloud, in tests. It shares no code with
// the server.
package icaljs

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// Calendar is a calendar as ical.js reads it.
type Calendar struct {
	Method, Name string
	Events       []Event
}

// Event is an event as ical.js reads it.
type Event struct {
	UID, Summary, Location, URL, Status, Organizer, Attendee string

	Sequence     int
	Starts, Ends time.Time
	Clock        string // the start on the clock of its zone
}

// Read returns calendars as ical.js reads them. It skips the test without Node, or without ical.js, which `make lint`
// installs.
func Read(t *testing.T, texts ...[]byte) []Calendar {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	internal := filepath.Join(filepath.Dir(here), "..", "..")
	library := filepath.Join(internal, "portal", "check", "node_modules", "ical.js", "dist", "ical.js")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(library); err != nil {
		t.Skip("ical.js is not installed: run ./internal/portal/check/run.sh lint")
	}
	sent := make([]string, len(texts))
	for i, text := range texts {
		sent[i] = string(text)
	}
	input, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	var failed bytes.Buffer
	command := exec.Command(node, filepath.Join(filepath.Dir(here), "read.mjs"), library) // #nosec G204 -- of this folder
	command.Stdin, command.Stderr = bytes.NewReader(input), &failed
	output, err := command.Output()
	if err != nil {
		t.Fatalf("ical.js: %v\n%s", err, failed.String())
	}
	var read []Calendar
	if err := json.Unmarshal(output, &read); err != nil {
		t.Fatal(err)
	}
	return read
}
