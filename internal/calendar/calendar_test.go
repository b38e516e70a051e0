package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"
)

var visit = Event{ID: "abc", Host: "hospital.example", Sequence: 1, Stamp: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
	Starts: time.Date(2030, 3, 31, 7, 0, 0, 0, time.UTC), Ends: time.Date(2030, 3, 31, 7, 20, 0, 0, time.UTC),
	Status: Confirmed, Summary: "Visit", Location: "1 Main Street",
	Organizer: mail.Address{Name: `The "Hospital", Berlin`, Address: "no-reply@hospital.example"},
	Attendee:  mail.Address{Name: "Łukasz; Müller: 1", Address: "ada@example.org"}}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestAnInvitationIsOneForMailPrograms(t *testing.T) {
	t.Parallel()
	text, contentType := Invitation(visit, zoneOf(t, "Europe/Berlin"))
	for _, line := range []string{"METHOD:REQUEST", "UID:visit-abc@hospital.example", "SEQUENCE:1", "STATUS:CONFIRMED",
		"DTSTART;TZID=Europe/Berlin:20300331T090000", "BEGIN:VTIMEZONE", "TZOFFSETTO:+0200", "CLASS:PRIVATE"} {
		if !strings.Contains(text, "\r\n"+line+"\r\n") {
			t.Errorf("the line %s is missing\n%s", line, text)
		}
	}
	if !strings.HasSuffix(contentType, "method=REQUEST") {
		t.Errorf("the content type is %s", contentType)
	}
	cancelled := visit
	cancelled.Status, cancelled.Sequence = Cancelled, 2
	if text, contentType := Invitation(cancelled, time.UTC); !strings.Contains(text, "METHOD:CANCEL\r\n") ||
		!strings.Contains(text, "STATUS:CANCELLED\r\n") || !strings.HasSuffix(contentType, "method=CANCEL") ||
		!strings.Contains(text, "DTSTART:20300331T070000Z\r\n") {
		t.Errorf("%s\n%s", contentType, text)
	}
}

// Whatever a hospital is called, the text is read back, and no line is longer than 75 bytes.
func TestAnyTextIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zA-Zäß,;:"\\\n نو😀]{0,200}`).Draw(t, "text")
		e := visit
		e.Summary, e.Location = text, text
		feed := Feed("Visits", time.UTC, []Event{e})
		for line := range strings.SplitSeq(feed, "\r\n") {
			if len(line) > 75 {
				t.Fatalf("a line has %d bytes: %s", len(line), line)
			}
		}
		parsed, err := ics.ParseCalendar(strings.NewReader(feed))
		if err != nil {
			t.Fatal(err)
		}
		got := parsed.Events()[0].GetProperty(ics.ComponentPropertySummary).Value
		if got != text {
			t.Fatalf("%q is read back as %q", text, got)
		}
	})
}

// parse.mjs reads calendars with ical.js, which shares no code with this package, and prints what they contain.
const parse = `
import ICAL from "ical.js";
import { readFileSync } from "node:fs";
const out = [];
for (const file of process.argv.slice(2)) {
	const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
	for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
	for (const sub of calendar.getAllSubcomponents("vevent")) {
		const event = new ICAL.Event(sub);
		out.push({
			uid: event.uid, sequence: event.sequence, summary: event.summary, location: event.location,
			status: sub.getFirstPropertyValue("status"), method: calendar.getFirstPropertyValue("method"),
			starts: event.startDate.toJSDate().toISOString(), ends: event.endDate.toJSDate().toISOString(),
		});
	}
	for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.remove(zone.getFirstPropertyValue("tzid"));
}
console.log(JSON.stringify(out));
`

// With ical.js, times are what they are on every day around a change of the clocks, in zones of all kinds.
func TestAnotherParserReadsTheSameTimes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it installs a package")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("there is no npm")
	}
	folder := t.TempDir()
	run := func(name string, args ...string) []byte {
		command := exec.Command(name, args...)
		command.Dir = folder
		var errors bytes.Buffer
		command.Stderr = &errors
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, errors.String())
		}
		return out
	}
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("package.json", `{"type": "module", "dependencies": {"ical.js": "2.2.1"}}`)
	write("parse.mjs", parse)
	run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error")

	var files []string
	var want []time.Time
	for i, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
		"Asia/Kathmandu", "America/Sao_Paulo", "Asia/Tehran", "Pacific/Apia", "Europe/Dublin", "UTC"} {
		zone := zoneOf(t, name)
		var events []Event
		for hour := range 400 * 4 {
			e := visit
			e.ID = fmt.Sprint(hour)
			e.Starts = time.Date(2026, 1, 1, 0, 15, 0, 0, time.UTC).Add(time.Duration(hour) * 6 * time.Hour)
			e.Ends = e.Starts.Add(20 * time.Minute)
			events = append(events, e)
		}
		for minute := range 72 * 4 { // every quarter of an hour of the days on which Europe changes
			e := visit
			e.ID = fmt.Sprint("b", minute)
			e.Starts = time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC).Add(time.Duration(minute) * 15 * time.Minute)
			e.Ends = e.Starts.Add(20 * time.Minute)
			events = append(events, e)
		}
		for _, e := range events {
			want = append(want, e.Starts)
		}
		files = append(files, write(fmt.Sprint(i, ".ics"), Feed("Visits", zone, events)))
	}
	moved := visit
	moved.Sequence, moved.Starts = 3, visit.Starts.Add(time.Hour)
	for i, e := range []Event{visit, moved} {
		text, _ := Invitation(e, zoneOf(t, "Europe/Berlin"))
		files = append(files, write(fmt.Sprint("mail", i, ".ics"), text))
		want = append(want, e.Starts)
	}
	var got []struct {
		UID, Summary, Location, Method string
		Sequence                       int
		Starts                         time.Time
	}
	if err := json.Unmarshal(run("node", append([]string{"parse.mjs"}, files...)...), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d events were read, want %d", len(got), len(want))
	}
	wrong := 0
	for i, e := range got {
		if !e.Starts.Equal(want[i]) {
			if wrong++; wrong < 10 {
				t.Errorf("%s begins at %s, want %s", e.UID, e.Starts, want[i])
			}
		}
	}
	before, after := got[len(got)-2], got[len(got)-1]
	if before.UID != after.UID || after.Sequence <= before.Sequence || after.Method != "REQUEST" ||
		after.Summary != visit.Summary || after.Location != visit.Location {
		t.Errorf("the update of %+v is %+v", before, after)
	}
}
