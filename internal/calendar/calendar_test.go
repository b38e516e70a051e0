package calendar_test

import (
	"flag"
	"net/mail"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // independent of the machine

	"hospital/internal/calendar"
	"hospital/internal/calendar/icaljs"
)

var update = flag.Bool("update", false, "write the golden files")

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	found, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// visit is a confirmed visit of half an hour.
func visit(starts time.Time) calendar.Event {
	return calendar.Event{
		ID: "v1a2b3c4d5e6f7g", Host: "hospital.example", Sequence: 1,
		Starts: starts, Ends: starts.Add(30 * time.Minute), Zone: starts.Location(),
		Summary: "Visit at St. Anna, Berlin", Location: "Hauptstraße 1; 10115 Berlin", URL: "https://hospital.example/#/visits",
		Organizer: mail.Address{Name: `O'Hara: "St. Anna", Berlin`, Address: "desk@hospital.example"},
		Attendee:  mail.Address{Name: "Jürgen Müller, sen.", Address: "j.mueller+visits@example.org"},
		Stamp:     time.Date(2030, time.January, 2, 3, 4, 5, 0, time.UTC),
	}
}

func TestCalendarsAreAsGolden(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	booked := visit(time.Date(2030, time.March, 30, 9, 0, 0, 0, berlin))
	moved := visit(time.Date(2030, time.April, 1, 9, 0, 0, 0, berlin))
	moved.ID, moved.Sequence, moved.Tentative = "v2", 3, true
	cancelled := visit(time.Date(2030, time.April, 2, 9, 0, 0, 0, berlin))
	cancelled.ID, cancelled.Cancelled = "v3", true
	for name, written := range map[string][]byte{
		"request.ics": calendar.Request(booked),
		"cancel.ics":  calendar.Cancel(booked),
		"feed.ics":    calendar.Feed("Visits at St. Anna", berlin, booked.Stamp, []calendar.Event{booked, moved, cancelled}),
		"empty.ics":   calendar.Feed("Visits at St. Anna", zone(t, "Asia/Kathmandu"), booked.Stamp, nil),
	} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, written, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if golden, err := os.ReadFile(path); err != nil || string(golden) != string(written) {
			t.Errorf("%s differs (%v); read it, then run with -update:\n%s", path, err, written)
		}
	}
}

func TestMailsAreReadByAnotherLibrary(t *testing.T) {
	t.Parallel()
	booked := visit(time.Date(2030, time.March, 31, 9, 0, 0, 0, zone(t, "Europe/Berlin")))
	read := icaljs.Read(t, calendar.Request(booked), calendar.Cancel(booked))
	want := icaljs.Event{
		UID: "visit-v1a2b3c4d5e6f7g@hospital.example", Sequence: 1, Status: "CONFIRMED",
		Summary: booked.Summary, Location: booked.Location, URL: booked.URL,
		Organizer: "O'Hara: 'St. Anna', Berlin <mailto:desk@hospital.example>",
		Attendee:  "Jürgen Müller, sen. <mailto:j.mueller+visits@example.org>",
		Starts:    booked.Starts.UTC(), Ends: booked.Ends.UTC(), Clock: "2030-03-31T09:00:00",
	}
	if read[0].Method != "REQUEST" || len(read[0].Events) != 1 || read[0].Events[0] != want {
		t.Errorf("request: got %+v, want %+v", read[0], want)
	}
	want.Status = "CANCELLED"
	if read[1].Method != "CANCEL" || len(read[1].Events) != 1 || read[1].Events[0] != want {
		t.Errorf("cancel: got %+v, want %+v", read[1], want)
	}
}

// A calendar program keeps one event for a UID: that with the largest sequence.
func TestLaterVersionsReplaceEarlierOnes(t *testing.T) {
	t.Parallel()
	first := visit(time.Date(2030, time.May, 2, 9, 0, 0, 0, zone(t, "Europe/Berlin")))
	second, third := first, first
	second.Sequence, second.Starts, second.Ends = 2, first.Starts.AddDate(0, 0, 1), first.Ends.AddDate(0, 0, 1)
	third.Sequence = 3
	kept := map[string]icaljs.Event{}
	for _, c := range icaljs.Read(t, calendar.Cancel(third), calendar.Request(first), calendar.Request(second)) {
		e := c.Events[0]
		if known, found := kept[e.UID]; !found || e.Sequence > known.Sequence {
			kept[e.UID] = e
		}
	}
	if e := kept[first.UID()]; len(kept) != 1 || e.Sequence != 3 || e.Status != "CANCELLED" {
		t.Errorf("the calendar has %+v", kept)
	}
}

var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca",
	"Asia/Kathmandu", "Asia/Gaza", "Pacific/Apia", "Asia/Pyongyang", "America/St_Johns", "Africa/Monrovia",
}

// The instants that another library computes from the description of the zone are those of the visits, around every
// change of the clock.
func TestInstantsSurviveEveryZone(t *testing.T) {
	t.Parallel()
	var visits [][]calendar.Event
	var written [][]byte
	for _, name := range zones {
		z := zone(t, name)
		for _, year := range []int{2011, 2018, 2026, 2030, 2044} {
			all := visitsOf(z, year)
			alone := all[slices.IndexFunc(all, func(e calendar.Event) bool { return e.Starts.Month() == time.July })]
			visits = append(visits, all, []calendar.Event{alone})
			written = append(written, calendar.Feed("Visits", z, all[0].Starts, all), calendar.Request(alone))
		}
	}
	for i, read := range icaljs.Read(t, written...) {
		if len(read.Events) != len(visits[i]) {
			t.Fatalf("%d of %d visits", len(read.Events), len(visits[i]))
		}
		for j, e := range read.Events {
			if v := visits[i][j]; !e.Starts.Equal(v.Starts) || !e.Ends.Equal(v.Ends) {
				t.Fatalf("%s: %v is read as %v (%s)", v.Zone, v.Starts, e.Starts, e.Clock)
			}
		}
	}
}

// visitsOf are visits in two years: every three days, and every quarter of an hour around changes of the clock.
func visitsOf(z *time.Location, year int) (visits []calendar.Event) {
	for at := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC); at.Year() < year+2; at = at.Add(71 * time.Hour) {
		visits = append(visits, visit(at.In(z)))
	}
	for _, change := range clockChanges(z, year) {
		for minutes := -180; minutes <= 180; minutes += 15 {
			visits = append(visits, visit(change.Add(time.Duration(minutes)*time.Minute)))
		}
	}
	return visits
}

// clockChanges finds the instants at which a clock is set in two years, by asking every quarter of an hour.
func clockChanges(z *time.Location, year int) (all []time.Time) {
	at := time.Date(year, time.January, 1, 0, 0, 0, 0, z)
	for _, before := at.Zone(); at.Year() < year+2; at = at.Add(15 * time.Minute) {
		if _, offset := at.Zone(); offset != before {
			all, before = append(all, at), offset
		}
	}
	return all
}

var texts = []string{
	"", " ", "Visit", "Besuch: Größe, Maß; Übergabe\\Ende", "line one\nline two\n\nline four", `back\slash \n \, "quoted"`,
	"🏥👩‍⚕️ emoji 👨‍👩‍👧‍👦", "זימון לביקור מחר", "\u202eright to left\u202c", strings.Repeat("é", 300),
	strings.Repeat("long words ", 40), strings.Repeat("<>", 60), strings.Repeat(" ", 200), "end with spaces   ",
	"END:VEVENT\nBEGIN:VEVENT\nUID:other", strings.Repeat("👩‍⚕️", 60), "\ttab", "a:b;c=d,e",
}

func TestAnyTextIsReadByAnotherLibrary(t *testing.T) {
	t.Parallel()
	var visits []calendar.Event
	for _, text := range texts {
		e := visit(time.Date(2030, time.May, 2, 9, 0, 0, 0, time.UTC))
		e.Summary, e.Location = text, text
		visits = append(visits, e)
	}
	read := icaljs.Read(t, calendar.Feed("Größe, 🏥", time.UTC, visits[0].Starts, visits))[0]
	if read.Name != "Größe, 🏥" || len(read.Events) != len(texts) {
		t.Fatalf("%q has %d events", read.Name, len(read.Events))
	}
	for i, e := range read.Events {
		if e.Summary != texts[i] || e.Location != texts[i] {
			t.Errorf("%q is read as %q and %q", texts[i], e.Summary, e.Location)
		}
	}
}
