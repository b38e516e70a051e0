package notices_test

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

var facts = regexp.MustCompile(`(?m)^(METHOD|UID|SEQUENCE|STATUS|DTSTART[^:]*):(.*?)\r?$`)

// invitations are the method, the sequence, the status and the start of the calendars in the mails to an address, after
// a check that all are of one event.
func invitations(t *testing.T, h *hospitaltest.Hospital, address string) (all []string) {
	t.Helper()
	event := ""
	for _, m := range mailsTo(h, address) {
		if m.Attachments["visit.ics"] == nil {
			continue
		}
		text, err := io.ReadAll(m.Attachments["visit.ics"])
		if err != nil {
			t.Fatal(err)
		}
		head, vevent, _ := strings.Cut(string(text), "BEGIN:VEVENT")
		head, _, _ = strings.Cut(head, "BEGIN:VTIMEZONE") // it has starts of its own
		found := map[string]string{}
		for _, part := range facts.FindAllStringSubmatch(head+vevent, -1) {
			name, _, _ := strings.Cut(part[1], ";")
			found[name] = part[2]
		}
		if event != "" && found["UID"] != event {
			t.Errorf("the event is %s, and was %s", found["UID"], event)
		}
		event = found["UID"]
		all = append(all, found["METHOD"]+" "+found["SEQUENCE"]+" "+found["STATUS"]+" "+found["DTSTART"])
	}
	return all
}

// Each mail updates the event of the one before it.
func TestMailsKeepTheCalendarOfThePatientUpToDate(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "UTC", "reminder_leads": ""}).OK(t)
	first, second, third := hours(300), hours(310), hours(320)
	visit := h.As("patient1").Create("appointments",
		body{"patient": id("pat1"), "doctor": id("dr1"), "starts": first, "reason": "secret cough"}).OK(t).ID()
	for _, change := range []body{{}, {"status": "approved"}, {"starts": second}, {"starts": third},
		{"status": "cancelled", "cancel_note": "Sorry"}} {
		if len(change) > 0 {
			h.As("doctor1").Update("appointments", visit, change).OK(t)
		}
		deliver(h)
	}
	at := func(start time.Time) string { return start.Format("20060102T150405Z") }
	want(t, "the calendars", invitations(t, h, "patient1@example.org"),
		"REQUEST 1 TENTATIVE "+at(first), "REQUEST 2 CONFIRMED "+at(first), "REQUEST 3 CONFIRMED "+at(second),
		"REQUEST 4 CONFIRMED "+at(third), "CANCEL 5 CANCELLED "+at(third))
}
