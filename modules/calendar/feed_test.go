package calendar_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/calendar/icaljs"
	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

const calendarPath = "/api/hospital/calendar"

// addressOf makes an address for an account and returns its path.
func addressOf(h *hospitaltest.Hospital, account string) string {
	h.T.Helper()
	return pathOf(h, h.As(account).Do(http.MethodPost, calendarPath, nil).OK(h.T))
}

func pathOf(h *hospitaltest.Hospital, renewed hospitaltest.Response) string {
	h.T.Helper()
	_, secret, found := strings.Cut(renewed.String("url"), calendarPath+"/")
	if !found {
		h.T.Fatalf("the address is %s", renewed.Raw)
	}
	return calendarPath + "/" + secret
}

// read is what a calendar program does, with the tag of what it has.
func read(h *hospitaltest.Hospital, path, tag string) hospitaltest.Response {
	h.T.Helper()
	return h.As("guest").With("If-None-Match", tag).Do(http.MethodGet, path, nil)
}

// lines returns the unfolded lines of an answer that begin with a text.
func lines(answer hospitaltest.Response, prefix string) (found []string) {
	unfolded := strings.ReplaceAll(string(answer.Raw), "\r\n ", "")
	for line := range strings.SplitSeq(unfolded, "\r\n") {
		if strings.HasPrefix(line, prefix) {
			found = append(found, line)
		}
	}
	return found
}

func has(answer hospitaltest.Response, visit string) bool {
	return strings.Contains(string(answer.Raw), "UID:visit-"+id(visit)+"@")
}

func TestPatientsReadWhereToGo(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := time.Now().Add(260 * time.Hour).UTC().Truncate(time.Hour)
	child := h.As("receptionist1").Create("appointments", body{"patient": id("kid1"), "doctor": id("dr2"),
		"starts": starts, "reason": "asthma attack", "visit_type": "procedure"}).OK(t).ID()
	h.As("admin1").Update("hospital", "hospitalsetting", body{"address": "1 Main Street, Berlin"}).OK(t)
	feed := read(h, addressOf(h, "patient1"), "").OK(t)
	for visit, want := range map[string]bool{"done1": true, "booked1": true, "asked1": true, "booked2": false, "walk": false} {
		if has(feed, visit) != want {
			t.Errorf("%s is in the feed: %v", visit, !want)
		}
	}
	if !strings.Contains(string(feed.Raw), "UID:visit-"+child+"@") {
		t.Error("a visit of the child is missing")
	}
	for _, line := range lines(feed, "SUMMARY:") {
		if line != "SUMMARY:Visit – Test Hospital" {
			t.Error(line)
		}
	}
	for _, line := range lines(feed, "LOCATION:") {
		if line != `LOCATION:1 Main Street\, Berlin` {
			t.Error(line)
		}
	}
	for _, private := range []string{"asthma", "reason", "note on", "Dr.", "Patient", "Child", "procedure", "Room", "A-0"} {
		if strings.Contains(string(feed.Raw), private) {
			t.Errorf("the feed has %q", private)
		}
	}
	for header, want := range map[string]string{
		"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-cache",
		"Content-Disposition": `inline; filename="visits.ics"`, "Referrer-Policy": "no-referrer",
	} {
		if got := feed.Header.Get(header); got != want {
			t.Errorf("%s is %q", header, got)
		}
	}
}

func TestAVisitThatIsNotAtTheHospitalHasNoAddress(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"address": "1 Main Street"}).OK(t)
	path := addressOf(h, "patient1")
	before := len(lines(read(h, path, "").OK(t), "LOCATION:"))
	h.As("receptionist1").Update("appointments", id("booked1"), body{"visit_type": "telehealth"}).OK(t)
	if after := len(lines(read(h, path, "").OK(t), "LOCATION:")); after != before-1 {
		t.Errorf("%d visits of %d have an address", after, before)
	}
}

func TestDoctorsReadRoomAndType(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("appointments", id("booked2"), body{"visit_type": "follow_up"}).OK(t)
	feed := read(h, addressOf(h, "doctor2"), "").OK(t)
	if !has(feed, "booked2") || !has(feed, "walk") || has(feed, "booked1") {
		t.Errorf("not exactly the own visits are in the feed\n%s", feed.Raw)
	}
	number := h.Record("appointments", id("booked2")).GetString("number")
	if found := lines(feed, "SUMMARY:"+number+" · follow up"); len(found) != 1 {
		t.Errorf("the summaries are %q", lines(feed, "SUMMARY:"))
	}
	for _, line := range lines(feed, "LOCATION:") {
		if line != "LOCATION:Room 2" {
			t.Error(line)
		}
	}
	for _, private := range []string{"Patient", "Without Account", "reason", "note on"} {
		if strings.Contains(string(feed.Raw), private) {
			t.Errorf("the feed has %q", private)
		}
	}
}

// Another library reads the same visits at the same instants, also those after a change of the clock.
func TestAnotherLibraryReadsTheFeed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Europe/Berlin", "booking_horizon_days": 400}).OK(t)
	statuses := map[string]string{id("booked1"): "CONFIRMED", id("asked1"): "TENTATIVE", id("moved1"): "CANCELLED"}
	for week := range 30 { // half a year has a change of the clock
		starts := time.Now().Add(time.Duration(week)*7*24*time.Hour + 300*time.Hour).UTC().Truncate(time.Hour)
		visit := h.As("receptionist1").Create("appointments",
			body{"patient": id("pat1"), "doctor": id("dr1"), "starts": starts}).OK(t).ID()
		statuses[visit] = "CONFIRMED"
	}
	h.As("patient1").Update("appointments", id("moved1"), body{"status": "cancelled"}).OK(t)
	feed := icaljs.Read(t, read(h, addressOf(h, "patient1"), "").OK(t).Raw)[0]
	if feed.Method != "PUBLISH" || feed.Name != "Test Hospital" {
		t.Errorf("it is a %s of %q", feed.Method, feed.Name)
	}
	for _, e := range feed.Events {
		name, _, _ := strings.Cut(strings.TrimPrefix(e.UID, "visit-"), "@")
		visit := h.Record("appointments", name)
		if !e.Starts.Equal(visit.GetDateTime("starts").Time()) || !e.Ends.Equal(visit.GetDateTime("ends").Time()) {
			t.Errorf("%s is read as %v to %v", visit.GetString("starts"), e.Starts, e.Ends)
		}
		if want, known := statuses[name]; known && e.Status != want || e.Sequence != visit.GetInt("version") {
			t.Errorf("version %d is read as %d, %s as %s", visit.GetInt("version"), e.Sequence, want, e.Status)
		}
		delete(statuses, name)
	}
	if len(statuses) > 0 {
		t.Errorf("missing: %v", statuses)
	}
}

func TestVisitsLeaveTheFeed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path := addressOf(h, "patient1")
	h.As("patient1").Update("appointments", id("asked1"), body{"status": "cancelled"}).OK(t)
	days := func(n int) time.Time { return time.Now().AddDate(0, 0, n) }
	for _, at := range []struct {
		day             int
		cancelled, done bool
	}{{0, true, true}, {29, true, true}, {31, false, true}, {87, false, true}, {93, false, false}} {
		h.At(days(at.day))
		feed := read(h, path, "").OK(t)
		if has(feed, "asked1") != at.cancelled || has(feed, "done1") != at.done {
			t.Errorf("after %d days: the cancelled visit %v, the past one %v", at.day, has(feed, "asked1"), has(feed, "done1"))
		}
	}
	h.At(days(1))
	if tag := read(h, path, "").OK(t).Header.Get("ETag"); read(h, path, tag).Status != http.StatusNotModified {
		t.Error("it changes without a reason")
	}
}
